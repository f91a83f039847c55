package io.couponrush.issuance;

import io.couponrush.campaign.Campaign;
import io.couponrush.issuance.JointCommits.Batch;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.issuance.SimulatedPostgres.Sent;
import io.couponrush.issuance.SimulatedPostgres.Together;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node's connections to the simulated Postgres: statements fail, lose their answer, or run when nobody waits. */
final class SimulatedBook implements CouponBook {
    private static final long TIMEOUT = 2_500 * Scheduler.MS;
    private static final int PAGE = 2;

    private final Scheduler scheduler;
    private final SimulatedPostgres postgres;
    private final Server server;
    private final Faults faults;
    private final Set<Rule> without;
    private final SimulatedRedis redis;
    private final Ledger ledger;
    private final Supplier<Boolean> alive;
    private final Runnable afterEach;
    private final JointCommits commits = new JointCommits(new Statements(), 4, campaigns -> {});

    /** The server server: a crash ends every statement. */
    static final class Server {
        private int life;

        void crash() {
            life++;
        }
    }

    SimulatedBook(
            Scheduler scheduler,
            SimulatedPostgres postgres,
            Server server,
            Faults faults,
            Set<Rule> without,
            SimulatedRedis redis,
            Ledger ledger,
            Supplier<Boolean> alive,
            Runnable afterEach) {
        this.scheduler = scheduler;
        this.postgres = postgres;
        this.server = server;
        this.faults = faults;
        this.without = without;
        this.redis = redis;
        this.ledger = ledger;
        this.alive = alive;
        this.afterEach = afterEach;
    }

    private <T> Future<T> call(String what, Supplier<T> transaction) {
        Promise<T> answer = Promise.promise();
        int life = server.life;
        if (faults.postgresAway() || faults.postgresFails()) {
            failAfter(scheduler.delay(5 * Scheduler.MS), what, answer);
            return answer.future();
        }
        boolean late = faults.postgresLate();
        long delay = late ? scheduler.delay(8 * Scheduler.S) : scheduler.delay(3 * Scheduler.MS);
        boolean lost = faults.postgresReplyLost();
        if (late && lost) {
            failAfter(scheduler.delay(delay), what, answer);
        }
        scheduler.after(delay, () -> {
            if (server.life == life) {
                run(life, what, transaction, answer, lost);
            } else {
                failAfter(0, what, answer);
            }
        });
        failAfter(TIMEOUT, what, answer);
        return answer.future();
    }

    private <T> void run(int life, String what, Supplier<T> transaction, Promise<T> answer, boolean lost) {
        T result;
        try {
            result = transaction.get();
        } catch (SimulatedPostgres.BadValue e) {
            scheduler.after(scheduler.delay(Scheduler.MS), () -> {
                if (alive.get()) {
                    answer.tryFail(e);
                }
            });
            return;
        }
        faults.trace(() -> "pg     " + what + " -> " + result);
        afterEach.run();
        if (lost) {
            failAfter(scheduler.delay(5 * Scheduler.MS), what, answer);
            return;
        }
        scheduler.after(scheduler.delay(2 * Scheduler.MS), () -> {
            if (alive.get()) {
                if (server.life == life) {
                    answer.tryComplete(result);
                } else {
                    answer.tryFail(new Faults.Lost());
                }
            }
        });
    }

    private <T> void failAfter(long micros, String what, Promise<T> answer) {
        scheduler.after(micros, () -> {
            if (alive.get() && answer.tryFail(new Faults.Lost())) {
                faults.trace(() -> "node   lost " + what);
            }
        });
    }

    /** What the cache of campaigns asks. */
    Future<@Nullable Campaign> find(long eventId) {
        return call("campaign", () -> postgres.campaign(eventId).read());
    }

    /** What the node's idea of the server's clock asks. */
    Future<Instant> time() {
        return call("time", () -> Instant.ofEpochMilli(scheduler.now() / Scheduler.MS));
    }

    @Override
    public Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> batch) {
        Future<Optional<Verdicts>> done = commits.issueFast(eventId, epoch, batch);
        return without.contains(Rule.R1) ? Future.succeededFuture(Optional.of(presumed(Sent.of(batch)))) : done;
    }

    private final class Statements implements JointCommits.Store {
        @Override
        public Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> batch) {
            List<Sent> sent = Sent.of(batch);
            return call("fast " + epoch + " " + sent, () -> postgres.issueFast(eventId, epoch, sent));
        }

        @Override
        public Future<Map<Long, Verdicts>> issueJointly(List<Batch> together) {
            List<Together> batches = Together.of(together);
            return call("joint " + batches, () -> postgres.issueJointly(batches, event -> scheduler.chance(0.2)))
                    .recover(e -> e instanceof SimulatedPostgres.BadValue
                            ? Future.succeededFuture(Map.of())
                            : Future.failedFuture(e));
        }
    }

    @Override
    public Future<Verdicts> issueBatch(long eventId, long epoch, List<Claim> batch) {
        List<Sent> sent = Sent.of(batch);
        Future<Verdicts> done = call("batch " + epoch + " " + sent, () -> postgres.issueBatch(eventId, epoch, sent));
        if (without.contains(Rule.R4)) {
            done = done.onFailure(e -> ledger.settle(
                            eventId,
                            epoch,
                            sent.stream()
                                    .map(s -> new Settlement(Verb.B, s.rid(), s.lease()))
                                    .toList(),
                            0)
                    .onFailure(lost -> {}));
        }
        return done.recover(e -> Future.failedFuture(
                e instanceof SimulatedPostgres.BadValue && !without.contains(Rule.R10) ? new Poisoned(e) : e));
    }

    /** What a node tells that does not wait for the commit. */
    private static Verdicts presumed(List<Sent> sent) {
        Map<UUID, Verdict> verdicts = new HashMap<>();
        for (Sent s : sent) {
            var coupon = new Coupon(-1, s.code(), Instant.EPOCH, Instant.EPOCH);
            verdicts.put(s.rid(), new Verdict(Decision.ISSUED, coupon, true));
        }
        return new Verdicts(verdicts, 0, Integer.MAX_VALUE, 0);
    }

    @Override
    public Future<List<Stored>> stored(long eventId, Set<UUID> rids, Set<Long> users) {
        if (without.contains(Rule.R6)) {
            return Future.succeededFuture(List.of());
        }
        return call("stored", () -> postgres.stored(eventId, rids, users));
    }

    @Override
    public Future<Set<Long>> invited(long eventId, Set<Long> users) {
        return call("invited " + users, () -> postgres.invited(eventId, users));
    }

    @Override
    public Future<Optional<Stock>> stock(long eventId) {
        return call("stock", () -> postgres.stock(eventId));
    }

    @Override
    public Future<Optional<Epoch>> beginEpoch(long eventId, long expected) {
        var known = redis.keys(eventId);
        if (without.contains(Rule.R13) && known != null && known.run().equals(redis.run())) {
            return Future.succeededFuture(Optional.empty());
        }
        return call("begin after " + expected, () -> postgres.beginEpoch(eventId, expected));
    }

    @Override
    public Future<CountsPage> countsBefore(long eventId, long epoch, long afterId) {
        return call("count before " + epoch, () -> postgres.countsBefore(eventId, epoch, afterId, PAGE));
    }

    @Override
    public Future<List<Settlement>> resolve(long eventId, List<Settlement> leases) {
        return call("resolve " + leases, () -> postgres.resolve(leases));
    }

    @Override
    public Future<List<Sweepable>> sweepable() {
        return call("sweepable", postgres::sweepable);
    }

    @Override
    public Future<Integer> pruneVoidLeases() {
        return Future.succeededFuture(0);
    }
}
