package io.couponrush.http;

import io.vertx.core.http.HttpServerRequest;
import org.jspecify.annotations.Nullable;

/** How much may come from one address, whoever signs in there. It may be off. Node-local and thread-safe. */
public final class AddressLimit {
    /** Many people may share an address: what they may do in so many seconds, they may do at once. */
    private static final int BURST_SECONDS = 10;

    private final ClientAddress clientAddress;
    private final @Nullable RateLimiter limiter;

    /**
     * Makes a limit.
     *
     * @param name of the policy in the {@code RateLimit} headers
     * @param perSecond 0 is no limit
     * @param tableSize how many addresses are remembered
     */
    public AddressLimit(ClientAddress clientAddress, String name, int perSecond, int tableSize) {
        this.clientAddress = clientAddress;
        limiter = perSecond == 0 ? null : new RateLimiter(name, perSecond, perSecond * BURST_SECONDS, tableSize);
    }

    /** Null when the request may go on; else the 429 to answer. */
    public @Nullable Problem take(HttpServerRequest request) {
        return limiter == null ? null : limiter.take(clientAddress.of(request));
    }
}
