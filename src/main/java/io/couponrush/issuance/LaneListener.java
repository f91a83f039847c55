package io.couponrush.issuance;

/** What a lane tells those who count, watch and spread the word. */
interface LaneListener {
    void reserving(int claims);

    void committing(int claims);

    void fenced(int claims);

    /** Postgres said so; told again with each answer that finds it. */
    void soldOut(long eventId, int generation);
}
