package io.couponrush.issuance;

import io.couponrush.bus.Refusal;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Refused claims by campaign and reason, counted in memory and added to what all nodes counted, every few seconds and off
 * the claim path. One of a node. Thread-safe.
 *
 * <p>What a node that dies has not written is missing; what Postgres wrote and whose answer was lost counts twice.
 */
public final class RefusalTally {
    private static final Logger LOG = LoggerFactory.getLogger(RefusalTally.class);
    /** Campaigns times reasons; beyond it, while Postgres is away, new ones are not counted. */
    private static final int KEYS_MAX = 50_000;

    private final ConcurrentHashMap<Key, Long> counts = new ConcurrentHashMap<>();
    private final Function<Map<Key, Long>, Future<Void>> add;

    record Key(long eventId, Refusal why) {}

    public RefusalTally(RefusalStore store) {
        this(store::add);
    }

    /**
     * Makes a tally of nothing.
     *
     * @param add to what is kept: all of them or none
     */
    RefusalTally(Function<Map<Key, Long>, Future<Void>> add) {
        this.add = add;
    }

    /** Counts one; cheap enough for every press of a crowd. */
    public void count(long eventId, Refusal why) {
        var key = new Key(eventId, why);
        if (counts.size() < KEYS_MAX || counts.containsKey(key)) {
            counts.merge(key, 1L, Long::sum);
        }
    }

    /** Writes what was counted since the last time. Never fails: what could not be written is kept for the next time. */
    public Future<Void> flush() {
        Map<Key, Long> taken = new HashMap<>();
        for (Key key : counts.keySet()) {
            Long count = counts.remove(key);
            if (count != null) {
                taken.put(key, count);
            }
        }
        if (taken.isEmpty()) {
            return Future.succeededFuture();
        }
        return Future.succeededFuture().compose(v -> add.apply(taken)).otherwise(e -> {
            taken.forEach((key, count) -> counts.merge(key, count, Long::sum));
            LOG.debug("refusals not written yet: {}", e.toString());
            return null;
        });
    }
}
