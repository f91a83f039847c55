package io.couponrush.draw;

import com.github.f4b6a3.uuid.UuidCreator;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.campaign.CampaignNews;
import io.couponrush.draw.DrawStore.Task;
import io.couponrush.draw.DrawStore.Winner;
import io.couponrush.issuance.Issuing;
import io.couponrush.timing.Rounds;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final UUID self = UUID.randomUUID();
    private final DrawStore store;
    private final Issuing issuing;
    private final Consumer<IssueOutcome> counted;
    private final CampaignNews news;

    public DrawVerticle(DrawStore store, Issuing issuing, Consumer<IssueOutcome> counted, CampaignNews news) {
        this.store = store;
        this.issuing = issuing;
        this.counted = counted;
        this.news = news;
    }

    @Override
    public Future<?> start() {
        new Rounds(vertx, "draw", LOOK, PAUSE, this::step).begin();
        return Future.succeededFuture();
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
                .map(winner -> issuing.issue(command(eventId, winner.userId())).onSuccess(counted::accept))
                .toList();
        return Future.all(claims).compose(all -> {
            if (claims.stream().anyMatch(claim -> claim.result() instanceof Deferred)) {
                return Future.failedFuture("some winners have to wait");
            }
            claims.forEach(claim -> {
                if (claim.result() instanceof Refused refused) {
                    log(eventId, refused);
                }
            });
            return store.issued(eventId, winners.get(winners.size() - 1).place());
        });
    }

    /** Staff may take a winner off the list; any other refusal is a mistake of ours. */
    private static void log(long eventId, Refused refused) {
        LOG.atLevel(refused.why() == Refusal.FORBIDDEN ? Level.INFO : Level.ERROR)
                .addKeyValue("eventId", eventId)
                .log("a winner was refused: {}", refused);
    }

    /** The same in every try, on every node. */
    private static IssueCommand command(long eventId, long userId) {
        UUID rid = UuidCreator.getNameBasedSha1(NAMESPACE, eventId + ":" + userId);
        return new IssueCommand(eventId, userId, rid, true);
    }
}
