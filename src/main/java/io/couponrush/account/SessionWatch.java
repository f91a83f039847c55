package io.couponrush.account;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.SessionEnded;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Spreads the end of a session: on this node at once, over the bus to the others, and once a second from Postgres, for
 * what the bus lost and for what ended before this node started.
 */
final class SessionWatch {
    private static final Logger LOG = LoggerFactory.getLogger(SessionWatch.class);
    private static final long POLL_MS = 1000;
    private static final long PRUNE_MS = 60_000;
    /** A row counts as revoked from before its commit, so each look goes back further than any statement takes. */
    private static final Duration OVERLAP = Duration.ofSeconds(30);

    private final Vertx vertx;
    private final SessionStore sessions;
    private final LoginGuard guard;
    private final IdentityStore identities;
    private final EndedSessions ended;
    private final Duration window;
    private final AtomicBoolean polling = new AtomicBoolean();
    private volatile @Nullable OffsetDateTime seen;
    private volatile boolean away;

    /**
     * Watches, once started.
     *
     * @param window how long an access token can outlive its session
     */
    SessionWatch(
            Vertx vertx,
            SessionStore sessions,
            LoginGuard guard,
            IdentityStore identities,
            EndedSessions ended,
            Duration window) {
        this.vertx = vertx;
        this.sessions = sessions;
        this.guard = guard;
        this.identities = identities;
        this.ended = ended;
        this.window = window;
    }

    /** Done when this node knows of every session that ended before. */
    Future<Void> start() {
        MessageConsumer<SessionEnded> consumer = vertx.eventBus().consumer(Addresses.SESSION_ENDED);
        consumer.handler(message -> ended.add(message.body().sessionId()));
        vertx.setPeriodic(POLL_MS, timer -> pollOnce());
        vertx.setPeriodic(PRUNE_MS, timer -> prune());
        return poll();
    }

    /** Makes it known that a session is over. */
    void end(UUID sessionId) {
        ended.add(sessionId);
        vertx.eventBus().publish(Addresses.SESSION_ENDED, new SessionEnded(sessionId));
    }

    Future<Void> poll() {
        OffsetDateTime since = seen;
        Future<SessionStore.Ended> found =
                since == null ? sessions.ended(window) : sessions.endedSince(since.minus(OVERLAP));
        return found.map(this::remember);
    }

    private @Nullable Void remember(SessionStore.Ended found) {
        found.sessionIds().forEach(ended::add);
        seen = found.asOf();
        return null;
    }

    private void pollOnce() {
        if (polling.compareAndSet(false, true)) {
            poll().onComplete(done -> polling.set(false))
                    .onSuccess(v -> away = false)
                    .onFailure(this::tell);
        }
    }

    private void tell(Throwable failure) {
        if (!away) {
            away = true;
            LOG.warn("cannot read which sessions ended; until that works the bus alone tells it", failure);
        }
    }

    private void prune() {
        sessions.prune()
                .compose(v -> guard.prune())
                .compose(v -> identities.prune())
                .onFailure(e -> LOG.debug("could not prune sessions, login failures and spent logins", e));
    }
}
