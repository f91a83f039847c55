package io.couponrush.issuance;

import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.Reservation.Denied;
import io.couponrush.issuance.Reservation.Held;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node's pipelined connection to the simulated Redis: calls are late, are lost, or lose their reply. */
final class SimulatedLedger implements Ledger {
    private static final long TIMEOUT = 300 * Scheduler.MS;
    private static final long AWAY = 200 * Scheduler.MS;
    private static final int TIMEOUTS_MAX = 2;

    private final Scheduler scheduler;
    private final SimulatedRedis redis;
    private final Faults faults;
    private final Set<Rule> without;
    private final long leaseMillis;
    private final Supplier<Boolean> alive;
    private final Runnable afterEach;
    private @Nullable Connection connection;
    private long lostAt;
    private int timeoutsInARow;

    /** Calls of one connection run in their order, and so do replies. */
    private static final class Connection {
        private final String run;
        private long lastRun;
        private long lastReply;
        private boolean open = true;

        Connection(String run) {
            this.run = run;
        }
    }

    SimulatedLedger(
            Scheduler scheduler,
            SimulatedRedis redis,
            Faults faults,
            Set<Rule> without,
            long leaseMillis,
            Supplier<Boolean> alive,
            Runnable afterEach) {
        this.scheduler = scheduler;
        this.redis = redis;
        this.faults = faults;
        this.without = without;
        this.leaseMillis = leaseMillis;
        this.alive = alive;
        this.afterEach = afterEach;
        connection = new Connection(redis.run());
    }

    /** The connection is gone; what was written into it may still be read by the server. */
    void disconnect() {
        if (connection != null) {
            connection.open = false;
            connection = null;
            lostAt = scheduler.now();
            timeoutsInARow = 0;
            reconnectLater();
        }
    }

    private void reconnectLater() {
        scheduler.after(10 * Scheduler.MS + scheduler.delay(100 * Scheduler.MS), () -> {
            if (!alive.get()) {
                return;
            }
            if (faults.redisAway()) {
                reconnectLater();
            } else {
                connection = new Connection(redis.run());
            }
        });
    }

    private <T> Future<T> call(String what, Script<T> script) {
        Connection used = connection;
        if (used == null) {
            return Future.failedFuture(new Faults.Lost());
        }
        Promise<T> reply = Promise.promise();
        long late = faults.redisSlow() ? scheduler.delay(800 * Scheduler.MS) : scheduler.delay(Scheduler.MS);
        used.lastRun = Math.max(used.lastRun, scheduler.now() + late);
        boolean lost = faults.redisReplyLost();
        scheduler.after(used.lastRun - scheduler.now(), () -> run(used, what, script, reply, lost));
        scheduler.after(TIMEOUT, () -> fail(used, what, reply));
        return reply.future();
    }

    private <T> void run(Connection used, String what, Script<T> script, Promise<T> reply, boolean lost) {
        boolean readAnyway = used.open || scheduler.chance(0.5);
        if (!used.run.equals(redis.run()) || !readAnyway || faults.redisAway()) {
            return; // the process that got it is gone
        }
        T result = script.run(used.run);
        faults.trace(() -> "redis  " + what + " -> " + result);
        afterEach.run();
        if (lost || !used.open) {
            return;
        }
        used.lastReply = Math.max(used.lastReply, scheduler.now() + scheduler.delay(Scheduler.MS));
        scheduler.after(used.lastReply - scheduler.now(), () -> {
            if (alive.get() && used.open && reply.tryComplete(result)) {
                timeoutsInARow = 0;
            }
        });
    }

    /** One that keeps silent is as good as gone. */
    private <T> void fail(Connection used, String what, Promise<T> reply) {
        if (alive.get() && reply.tryFail(new Faults.Lost())) {
            faults.trace(() -> "node   lost " + what);
            if (++timeoutsInARow >= TIMEOUTS_MAX && used.equals(connection)) {
                disconnect();
                lostAt -= AWAY;
            }
        }
    }

    /** A script, run on behalf of a connection to that process. */
    @FunctionalInterface
    private interface Script<T> {
        T run(String runId);
    }

    @Override
    public boolean away() {
        return connection == null && scheduler.now() - lostAt > AWAY;
    }

    @Override
    public Future<Snapshot> snapshot(long eventId) {
        return call("snapshot", run -> redis.snapshot(eventId, run));
    }

    @Override
    public Future<Reserved> reserve(long eventId, List<Ask> claims) {
        Future<Reserved> reserved = call("reserve " + claims, run -> redis.reserve(eventId, run, leaseMillis, claims));
        if (without.contains(Rule.R12)) {
            reserved = reserved.map(SimulatedLedger::takeEmptyForSoldOut);
        }
        return without.contains(Rule.R5) ? reserved.compose(r -> giveUpNowAndThen(eventId, claims, r)) : reserved;
    }

    private static Reserved takeEmptyForSoldOut(Reserved r) {
        var answers = new ArrayList<Reservation>();
        r.answers().forEach(a -> answers.add(a == Denied.EMPTY ? Denied.SOLD_OUT : a));
        return new Reserved(r.epoch(), r.openLeases(), r.generation(), answers);
    }

    private Future<Reserved> giveUpNowAndThen(long eventId, List<Ask> claims, Reserved r) {
        if (r.notLoaded() || !scheduler.chance(0.2)) {
            return Future.succeededFuture(r);
        }
        var back = new ArrayList<Settlement>();
        for (int i = 0; i < claims.size(); i++) {
            if (r.answers().get(i) instanceof Held held) {
                back.add(new Settlement(Verb.B, claims.get(i).rid(), held.lease()));
            }
        }
        scheduler.after(scheduler.delay(50 * Scheduler.MS), () -> settle(eventId, r.epoch(), back, 0)
                .onFailure(e -> {}));
        return Future.failedFuture(new Faults.Lost());
    }

    @Override
    public Future<Void> settle(long eventId, long epoch, List<Settlement> settlements, int soldOutGeneration) {
        return this.<Boolean>call("settle " + epoch + " " + settlements + " O" + soldOutGeneration, run -> {
                    redis.settle(eventId, epoch, settlements, soldOutGeneration);
                    return true;
                })
                .mapEmpty();
    }

    @Override
    public Future<Void> checkMaster() {
        return this.<Boolean>call("role", run -> true)
                .onFailure(e -> disconnect())
                .mapEmpty();
    }

    @Override
    public Future<Void> load(long eventId, Epoch epoch) {
        return this.<Boolean>call("load " + epoch, run -> {
                    redis.load(eventId, epoch, run);
                    return true;
                })
                .mapEmpty();
    }

    @Override
    public Future<Void> loadCounts(long eventId, long epoch, Map<Long, Integer> counts, boolean last) {
        return this.<Boolean>call("counts " + epoch + " " + counts, run -> {
                    redis.loadCounts(eventId, epoch, counts, last);
                    return true;
                })
                .mapEmpty();
    }

    @Override
    public Future<Overdue> overdue(long eventId, int limit, long expireAt) {
        return call("overdue", run -> redis.overdue(eventId, run, limit));
    }
}
