package io.couponrush.issuance;

import io.couponrush.ops.Meters;

/** What a lane tells those who count, watch and spread the word. */
interface LaneListener {
    void reserving(int claims);

    void committing(int claims);

    void fenced(int claims);

    /** Redis had a unit for them, Postgres has none: Redis admits more than there is (I9). */
    void refused(int claims);

    /** Their coupons were there when they were sent again: the answer to the commit had been lost. */
    void found(int claims);

    /** A batch that Postgres did not decide, or not in time; it is sent again. */
    void undecided(Meters.Path path);

    /** Claims that go to Postgres without a reservation, because Redis is away. */
    void direct(int claims);

    /** Postgres said so; told again with each answer that finds it. */
    void soldOut(long eventId, int generation);
}
