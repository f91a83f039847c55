package io.couponrush.issuance;

import java.util.random.RandomGenerator;

/** Time, turns and chance of the event loop that issuing runs on; in tests, under the test's hand. */
interface Timers {
    /** Nanoseconds of a clock that never goes back. */
    long nanoTime();

    /** After the current turn, so that what arrives in it is there. */
    void soon(Runnable task);

    void after(long millis, Runnable task);

    /** For what need not be secret: jitter, and names that nobody else has. */
    RandomGenerator random();
}
