package io.couponrush.draw;

import com.github.f4b6a3.uuid.UuidCreator;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.campaign.CampaignNews;
import io.couponrush.draw.DrawStore.Task;
import io.couponrush.draw.DrawStore.Winner;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out draws that are over, step by step: decide, issue to the winners, tell the others. Each step is one that may be
 * taken twice, and what was done is in Postgres: whoever comes after a node that died goes on where that was.
 */
public final class DrawVerticle extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(DrawVerticle.class);
    private static final UUID NAMESPACE = UUID.fromString("8a6f0e1d-93b4-4f0c-b1ce-5d2f7a4c6e90");
    private static final Duration TURN = Duration.ofSeconds(15);
    private static final int WINNERS = 256;
    private static final int OTHERS = 256;
    private static final long LOOK_MS = 1_000;
    private static final long PAUSE_MS = 50;

    private final UUID self = UUID.randomUUID();
    private final DrawStore store;
    private final Issue issue;
    private final Consumer<IssueOutcome> counted;
    private final CampaignNews news;

    /** Claims; a failed future means that nobody knows what became of it. */
    @FunctionalInterface
    public interface Issue {
        Future<IssueOutcome> issue(IssueCommand command);
    }

    public DrawVerticle(DrawStore store, Issue issue, Consumer<IssueOutcome> counted, CampaignNews news) {
        this.store = store;
        this.issue = issue;
        this.counted = counted;
        this.news = news;
    }

    @Override
    public Future<?> start() {
        lookIn(jittered());
        return Future.succeededFuture();
    }

    private void lookIn(long millis) {
        vertx.setTimer(millis, id -> step().onFailure(e -> LOG.atDebug().log("draw not carried on: {}", e.toString()))
                .onComplete(done -> lookIn(done.succeeded() && done.result() ? PAUSE_MS : jittered())));
    }

    /** One step of one draw; whether there was one to take. */
    private Future<Boolean> step() {
        return store.take(self, TURN)
                .compose(found -> found.map(draw -> step(draw).map(true)).orElse(Future.succeededFuture(false)));
    }

    private Future<Void> step(Task draw) {
        if (!draw.decided()) {
            return store.decide(draw);
        }
        if (draw.issuedUntil() < draw.winners()) {
            return store.winners(draw.eventId(), draw.issuedUntil(), WINNERS)
                    .compose(winners -> issue(draw.eventId(), winners));
        }
        return store.tell(draw.eventId(), OTHERS).onSuccess(v -> news.outboxWritten());
    }

    /** Goes on only when each of them has a coupon for good, or never will. */
    private Future<Void> issue(long eventId, List<Winner> winners) {
        var claims = winners.stream()
                .map(winner -> issue.issue(command(eventId, winner.userId())).onSuccess(counted::accept))
                .toList();
        return Future.all(claims).compose(all -> {
            if (claims.stream().anyMatch(claim -> claim.result() instanceof Deferred)) {
                return Future.failedFuture("some winners have to wait");
            }
            claims.stream()
                    .map(Future::result)
                    .filter(outcome -> outcome instanceof Refused)
                    .forEach(refused ->
                            LOG.atError().addKeyValue("eventId", eventId).log("a winner was refused: {}", refused));
            return store.issued(eventId, winners.get(winners.size() - 1).place());
        });
    }

    /** The same in every try, on every node. */
    private static IssueCommand command(long eventId, long userId) {
        UUID rid = UuidCreator.getNameBasedSha1(NAMESPACE, eventId + ":" + userId);
        return new IssueCommand(eventId, userId, rid, true);
    }

    /** Not in step with the other nodes. */
    private static long jittered() {
        return LOOK_MS + ThreadLocalRandom.current().nextLong(LOOK_MS / 4);
    }
}
