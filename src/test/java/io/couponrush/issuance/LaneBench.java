package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.SimulatedPostgres.Sent;
import io.couponrush.ops.Meters;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** A lane on virtual time whose Redis and Postgres answer at once, unless a test holds or loses their answers. */
final class LaneBench implements Timers, LaneListener {
    private final Scheduler scheduler = new Scheduler(1);
    private final SimulatedRedis redis = new SimulatedRedis(this::millis, false);
    private final SimulatedPostgres postgres = new SimulatedPostgres(this::millis, Set.of());
    private final List<Integer> reservations = new ArrayList<>();
    private final List<Ledger.Settlement> settled = new ArrayList<>();
    private final List<Sent> sent = new ArrayList<>();
    private final List<Meters.Path> undecided = new ArrayList<>();
    private final ArrayDeque<String> codes = new ArrayDeque<>();
    private final SplittableRandom random = new SplittableRandom(1);
    private Runnable afterReserving = () -> {};
    private Consumer<Sent> beforeCommitting = s -> {};
    private Promise<Void> gate = opened();
    private Promise<Void> stockGate = opened();
    private Promise<Void> lookupGate = opened();
    private final List<Integer> lookups = new ArrayList<>();
    private Runnable whileLoading = () -> {};
    private boolean away;
    private boolean lookupsForbidden;
    private int lookupsToLose;
    private int answersToLose;
    private int epochsBegun;
    private int refused;
    private int found;
    private int made;

    Lane lane(long event, int batchMax, long emptyWaitMillis) {
        var ledger = new BenchLedger();
        var book = new BenchBook();
        var rebuilder = new Rebuilder(ledger, book, this, () -> epochsBegun++);
        var bounds = new Lane.Bounds(batchMax, emptyWaitMillis * 1_000_000, batchMax);
        return new Lane(event, ledger, book, rebuilder, this, bounds, this, this::code);
    }

    Sweeper sweeper() {
        var ledger = new BenchLedger();
        var book = new BenchBook();
        var rebuilder = new Rebuilder(ledger, book, this, () -> epochsBegun++);
        return new Sweeper(ledger, book, rebuilder, this, dead -> {}, (campaign, seen) -> {});
    }

    DirectMode directMode(long event) {
        var ledger = new BenchLedger();
        var book = new BenchBook();
        return new DirectMode(event, ledger, book, new Rebuilder(ledger, book, this, () -> epochsBegun++), this);
    }

    private static Promise<Void> opened() {
        Promise<Void> open = Promise.promise();
        open.complete();
        return open;
    }

    SimulatedRedis redis() {
        return redis;
    }

    SimulatedPostgres postgres() {
        return postgres;
    }

    /** All that is to do now. */
    void run() {
        scheduler.runFor(100);
    }

    void runFor(long millis) {
        scheduler.runFor(millis * Scheduler.MS);
    }

    /** Commits wait from here on. */
    void holdCommits() {
        gate = Promise.promise();
    }

    void letCommitsGo() {
        gate.complete();
        run();
    }

    void redisGoesAway() {
        away = true;
    }

    /** Postgres tells nobody the stock and the epoch from here on. */
    void holdLookups() {
        lookupGate = Promise.promise();
    }

    void letLookupsGo() {
        lookupGate.complete();
        run();
    }

    /** How many keys were asked about in each look-up. */
    List<Integer> lookups() {
        return lookups;
    }

    void holdStock() {
        stockGate = Promise.promise();
    }

    void letStockGo() {
        stockGate.complete();
        run();
    }

    /** Once, between the begin of an epoch and the load. */
    void whileLoading(Runnable task) {
        whileLoading = task;
    }

    /** The next batches are decided, but nobody hears of it. */
    void loseCommitAnswers(int batches) {
        answersToLose = batches;
    }

    /** Once, between the reply of Redis and the commit. */
    void afterReserving(Runnable task) {
        afterReserving = task;
    }

    /** Once, with each claim of the next batch. */
    void beforeCommitting(Consumer<Sent> task) {
        beforeCommitting = task;
    }

    void loseLookups(int lookups) {
        lookupsToLose = lookups;
    }

    void forbidLookups() {
        lookupsForbidden = true;
    }

    void nextCodes(String... next) {
        codes.addAll(List.of(next));
    }

    /** Sizes of the reservation calls. */
    List<Integer> reservations() {
        return reservations;
    }

    List<Ledger.Settlement> settled() {
        return settled;
    }

    List<Meters.Path> undecided() {
        return undecided;
    }

    List<Sent> sent() {
        return sent;
    }

    int epochsBegun() {
        return epochsBegun;
    }

    Map<UUID, SimulatedRedis.Lease> leases(long event) {
        return keys(event).leases();
    }

    long stock(long event) {
        return keys(event).stock();
    }

    /** Reservations that Postgres had nothing for. */
    int refused() {
        return refused;
    }

    /** Coupons that were there when their claims were sent again. */
    int found() {
        return found;
    }

    private SimulatedRedis.Keys keys(long event) {
        SimulatedRedis.Keys keys = redis.keys(event);
        if (keys == null) {
            throw new AssertionError("not loaded");
        }
        return keys;
    }

    private long millis() {
        return scheduler.now() / Scheduler.MS;
    }

    private String code() {
        return codes.isEmpty() ? "CR-" + ++made : codes.removeFirst();
    }

    @Override
    public long nanoTime() {
        return scheduler.now() * 1_000;
    }

    @Override
    public void soon(Runnable task) {
        scheduler.after(1, task);
    }

    @Override
    public void after(long millis, Runnable task) {
        scheduler.after(millis * Scheduler.MS, task);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public void reserving(int claims) {
        reservations.add(claims);
    }

    @Override
    public void committing(int claims) {}

    @Override
    public void fenced(int claims) {}

    @Override
    public void refused(int claims) {
        refused += claims;
    }

    @Override
    public void found(int claims) {
        found += claims;
    }

    @Override
    public void undecided(Meters.Path path) {
        undecided.add(path);
    }

    @Override
    public void direct(int claims) {}

    @Override
    public void soldOut(long eventId, int generation) {}

    private final class BenchLedger implements Ledger {
        @Override
        public boolean away() {
            return away;
        }

        @Override
        public Future<Snapshot> snapshot(long eventId) {
            return Future.succeededFuture(redis.snapshot(eventId, redis.run()));
        }

        @Override
        public Future<Reserved> reserve(long eventId, List<Ask> claims) {
            Reserved reserved = redis.reserve(eventId, redis.run(), 10_000, claims);
            afterReserving.run();
            afterReserving = () -> {};
            return Future.succeededFuture(reserved);
        }

        @Override
        public Future<Void> settle(long eventId, long epoch, List<Settlement> settlements, int soldOutGeneration) {
            settled.addAll(settlements);
            redis.settle(eventId, epoch, settlements, soldOutGeneration);
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> checkMaster() {
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> load(long eventId, Epoch epoch) {
            Runnable meanwhile = whileLoading;
            whileLoading = () -> {};
            meanwhile.run();
            redis.load(eventId, epoch, redis.run());
            return Future.succeededFuture();
        }

        @Override
        public Future<Void> loadCounts(long eventId, long epoch, Map<Long, Integer> counts, boolean last) {
            redis.loadCounts(eventId, epoch, counts, last);
            return Future.succeededFuture();
        }

        @Override
        public Future<Overdue> overdue(long eventId, int limit, long expireAt) {
            return Future.succeededFuture(redis.overdue(eventId, redis.run(), limit));
        }
    }

    private final class BenchBook implements CouponBook {
        private <T> Future<T> commit(List<Sent> batch, Supplier<T> transaction) {
            sent.addAll(batch);
            return gate.future().compose(open -> {
                batch.forEach(beforeCommitting);
                beforeCommitting = s -> {};
                T result;
                try {
                    result = transaction.get();
                } catch (SimulatedPostgres.BadValue e) {
                    return Future.failedFuture(new Poisoned(e));
                }
                return answersToLose-- > 0 ? Future.failedFuture(new Faults.Lost()) : Future.succeededFuture(result);
            });
        }

        @Override
        public Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> batch) {
            List<Sent> claims = Sent.of(batch);
            return commit(claims, () -> postgres.issueFast(eventId, epoch, claims));
        }

        @Override
        public Future<Verdicts> issueBatch(long eventId, long epoch, List<Claim> batch) {
            List<Sent> claims = Sent.of(batch);
            return commit(claims, () -> postgres.issueBatch(eventId, epoch, claims));
        }

        @Override
        public Future<List<Stored>> stored(long eventId, Set<UUID> rids, Set<Long> users) {
            if (lookupsForbidden) {
                throw new AssertionError("looked up");
            }
            if (lookupsToLose-- > 0) {
                return Future.failedFuture("lost");
            }
            lookups.add(rids.size());
            return lookupGate.future().map(open -> postgres.stored(eventId, rids, users));
        }

        @Override
        public Future<Set<Long>> invited(long eventId, Set<Long> users) {
            return Future.succeededFuture(postgres.invited(eventId, users));
        }

        @Override
        public Future<Optional<Stock>> stock(long eventId) {
            return stockGate.future().map(told -> postgres.stock(eventId));
        }

        @Override
        public Future<Optional<Epoch>> beginEpoch(long eventId, long expected) {
            return Future.succeededFuture(postgres.beginEpoch(eventId, expected));
        }

        @Override
        public Future<CountsPage> countsBefore(long eventId, long epoch, long afterId) {
            return Future.succeededFuture(postgres.countsBefore(eventId, epoch, afterId, 100));
        }

        @Override
        public Future<List<Ledger.Settlement>> resolve(long eventId, List<Ledger.Settlement> leases) {
            return Future.succeededFuture(postgres.resolve(leases));
        }

        @Override
        public Future<List<Sweepable>> sweepable() {
            return Future.succeededFuture(postgres.sweepable());
        }

        @Override
        public Future<Integer> pruneVoidLeases() {
            return Future.succeededFuture(0);
        }
    }
}
