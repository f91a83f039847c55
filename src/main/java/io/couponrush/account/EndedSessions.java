package io.couponrush.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Duration;
import java.util.UUID;
import java.util.function.Predicate;

/** The sessions that this node knows to be over, for as long as an access token of theirs could still be good. */
final class EndedSessions implements Predicate<UUID> {
    private static final int MAX = 1_000_000;

    private final Cache<UUID, Boolean> ended;

    EndedSessions(Duration remembered) {
        this.ended = Caffeine.newBuilder()
                .maximumSize(MAX)
                .expireAfterWrite(remembered)
                .build();
    }

    void add(UUID sessionId) {
        ended.put(sessionId, true);
    }

    @Override
    public boolean test(UUID sessionId) {
        return ended.getIfPresent(sessionId) != null;
    }
}
