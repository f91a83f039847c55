package io.couponrush.campaign;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.couponrush.http.Answer;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What this node knows about campaigns; every claim asks it. Reads each campaign at most once at a time, again when what
 * it has is a second old, and forgets it after a minute without a successful reading. Thread-safe.
 */
public final class Campaigns {
    private static final int MAX = 10_000;

    private final Cache<Long, Knowledge> memory = Caffeine.newBuilder()
            .maximumSize(MAX)
            .executor(Runnable::run) // upkeep costs less than handing it to another thread
            .build();
    private final Find truth;
    private final Shared shared;
    private final LongSupplier nanoTime;
    private volatile long changedAt;

    /** Reads a campaign where the truth is; null when there is none. */
    @FunctionalInterface
    public interface Find {
        Future<@Nullable Campaign> find(long eventId);
    }

    /**
     * What the nodes have told each other about campaigns: asked only by a node that knows nothing, and read again from
     * the truth right after. It may be away, or wrong for that moment.
     */
    public interface Shared {
        /** What was kept at some time of the last hour, or null. */
        Future<@Nullable Campaign> get(long eventId);

        /** Keeps it unless something newer is kept. Never waits. */
        void put(Campaign campaign);
    }

    /** Without a shared level. */
    public Campaigns(Find truth, LongSupplier nanoTime) {
        this(truth, NothingShared.INSTANCE, nanoTime);
    }

    public Campaigns(Find truth, Shared shared, LongSupplier nanoTime) {
        this.truth = truth;
        this.shared = shared;
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
        return remembered != null ? Future.succeededFuture(remembered) : here(knowledge.usable());
    }

    /** As it was at most a second ago; null when there is no such campaign. */
    public Future<@Nullable Campaign> fresh(long eventId) {
        return here(about(eventId).fresh());
    }

    /** Goes on with the campaign as it was at most a second ago; EVENT_NOT_FOUND where there is none. */
    public <T> Future<Answer<T>> with(long eventId, Function<Campaign, Future<Answer<T>>> next) {
        return fresh(eventId)
                .compose((Campaign campaign) -> campaign == null
                        ? Future.succeededFuture(Answer.denied(ProblemCode.EVENT_NOT_FOUND))
                        : next.apply(campaign));
    }

    /** Whether this node made or heard of a change within that time: lists must not be older than that. */
    public boolean changedWithin(Duration time) {
        long at = changedAt;
        return at != 0 && nanoTime.getAsLong() - at < time.toNanos();
    }

    /** Takes over what was just committed on this node, and shares it. */
    void learn(Campaign campaign) {
        changedAt = nanoTime.getAsLong() | 1; // 0 is never
        about(campaign.eventId()).learn(campaign);
        shared.put(campaign);
    }

    /** Somebody changed a campaign: what is older than {@code version} is not believed any more; 0 is not known. */
    public void changed(long eventId, int version) {
        changedAt = nanoTime.getAsLong() | 1;
        about(eventId).changed(version);
    }

    /** A campaign sold out or sells again: the counts known are old, its terms are not. */
    public void turned(long eventId, int generation) {
        Knowledge knowledge = memory.getIfPresent(eventId);
        if (knowledge != null) {
            knowledge.turned(generation);
        }
    }

    private Knowledge about(long eventId) {
        return memory.get(eventId, id -> new Knowledge(id, truth, shared, nanoTime));
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

    private enum NothingShared implements Shared {
        INSTANCE;

        @Override
        public Future<@Nullable Campaign> get(long eventId) {
            return Future.succeededFuture();
        }

        @Override
        public void put(Campaign campaign) {}
    }
}
