package io.couponrush.backing.embedded;

/** One server that is up: where it listens, and how it is stopped. */
interface RunningPart {
    String uri();

    /** Orderly, within a bounded time; then by force. */
    void stop();
}
