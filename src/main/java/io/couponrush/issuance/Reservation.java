package io.couponrush.issuance;

import java.util.UUID;

/** What Redis said to one claim. */
sealed interface Reservation {

    /**
     * A unit is reserved.
     *
     * @param seq the user's number of this unit, 1 or more; 0 when the lease was there before, by an earlier try
     */
    record Held(UUID lease, int seq) implements Reservation {}

    /** No unit. Only {@link #LIMIT} and {@link #SOLD_OUT} are final. */
    enum Denied implements Reservation {
        LIMIT,
        EMPTY,
        SOLD_OUT
    }
}
