package io.couponrush.backing;

/** Tells which connections of a pool replace lost ones: those beyond the most that it ever had at a time. Thread-safe. */
final class Replacements {
    private final Runnable replaced;
    private int made;
    private int most;
    private int told;

    /**
     * Begins with no connection.
     *
     * @param replaced told once for each replacement
     */
    Replacements(Runnable replaced) {
        this.replaced = replaced;
    }

    /**
     * A connection was made.
     *
     * @param size connections that the pool has now, with those that are being made
     */
    synchronized void made(int size) {
        made++;
        most = Math.max(most, size);
        for (; told < made - most; told++) {
            replaced.run();
        }
    }
}
