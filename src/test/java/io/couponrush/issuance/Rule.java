package io.couponrush.issuance;

/** The rules of the claim protocol, so that a simulation can do without one. */
enum Rule {
    /** Acknowledge only after the commit. */
    R1,
    /** Postgres guards stock and limit in the issuing transaction. */
    R2,
    /** An old epoch issues nothing. */
    R3,
    /** A node gives back nothing that it has sent. */
    R4,
    /** Nobody gives up between reserving and sending. */
    R5,
    /** A refusal by Redis looks the key up first. */
    R6,
    /** A lease is written down as dead before its unit comes back. */
    R7,
    /** A replay with another lease gives that lease back. */
    R8,
    /** What another Redis process wrote is not trusted. */
    R9,
    /** One bad claim does not fail its batch. */
    R10,
    /** Somebody sweeps. */
    R11,
    /** Empty is not sold out. */
    R12,
    /** Redis behind Postgres' epoch is loaded again. */
    R13
}
