package io.couponrush.campaign;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows about campaigns; every claim asks it. Reads each campaign at most once at a time, again when what
 * it has is a second old, and forgets it after a minute without a successful reading. Thread-safe.
 */
public final class Campaigns {
    private static final int MAX = 10_000;

    private final Cache<Long, Knowledge> memory =
            Caffeine.newBuilder().maximumSize(MAX).build();
    private final Find find;
    private final LongSupplier nanoTime;

    /** Reads a campaign where the truth is; null when there is none. */
    @FunctionalInterface
    public interface Find {
        Future<@Nullable Campaign> find(long eventId);
    }

    public Campaigns(Find find, LongSupplier nanoTime) {
        this.find = find;
        this.nanoTime = nanoTime;
    }

    /** From memory, normally at most a second old, or null when it has to be looked up. Never waits. */
    public @Nullable Campaign known(long eventId) {
        Knowledge knowledge = memory.getIfPresent(eventId);
        return knowledge == null ? null : knowledge.remembered();
    }

    /** From memory where possible, else looked up; null when there is no such campaign. */
    public Future<@Nullable Campaign> find(long eventId) {
        Knowledge knowledge = about(eventId);
        Campaign remembered = knowledge.remembered();
        return remembered != null ? Future.succeededFuture(remembered) : here(knowledge.fresh());
    }

    /** As it was at most a second ago; null when there is no such campaign. */
    public Future<@Nullable Campaign> fresh(long eventId) {
        return here(about(eventId).fresh());
    }

    /** Forgets a campaign that has changed somewhere; readings under way do not bring the old one back. */
    public void forget(long eventId) {
        Knowledge knowledge = memory.getIfPresent(eventId);
        if (knowledge != null) {
            knowledge.forget();
        }
    }

    private Knowledge about(long eventId) {
        return memory.get(eventId, id -> new Knowledge(() -> find.find(id), nanoTime));
    }

    /** A reading is shared by event loops; whoever waits for it goes on where he was. */
    private static Future<@Nullable Campaign> here(Future<@Nullable Campaign> shared) {
        Context context = Vertx.currentContext();
        if (context == null || shared.isComplete()) {
            return shared;
        }
        Promise<@Nullable Campaign> promise = Promise.promise();
        shared.onComplete(read -> context.runOnContext(v -> promise.handle(read)));
        return promise.future();
    }
}
