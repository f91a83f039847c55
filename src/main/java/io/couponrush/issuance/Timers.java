package io.couponrush.issuance;

/** Time and turns of the event loop that issuing runs on; in tests, under the test's hand. */
interface Timers {
    /** Nanoseconds of a clock that never goes back. */
    long nanoTime();

    /** After the current turn, so that what arrives in it is there. */
    void soon(Runnable task);

    void after(long millis, Runnable task);
}
