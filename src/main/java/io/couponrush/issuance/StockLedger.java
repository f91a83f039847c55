package io.couponrush.issuance;

import io.couponrush.backing.LuaScript;
import io.couponrush.backing.RedisLink;
import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.Reservation.Denied;
import io.couponrush.issuance.Reservation.Held;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Stock and per-user counts in Redis. Owns every {@code cp:*} key; no one else touches them. */
final class StockLedger implements Ledger {
    /** The negative answers of {@code lua/reserve.lua}; a test compares this with its head. */
    static final Map<Integer, Denied> DENIED = Map.of(-1, Denied.LIMIT, -2, Denied.EMPTY, -3, Denied.SOLD_OUT);

    private static final LuaScript RESERVE = LuaScript.load("reserve");
    private static final LuaScript SETTLE = LuaScript.load("settle");
    private static final LuaScript LOAD = LuaScript.load("load");
    private static final LuaScript LOAD_COUNTS = LuaScript.load("load_counts");
    private static final LuaScript SNAPSHOT = LuaScript.load("snapshot");
    private static final LuaScript OVERDUE = LuaScript.load("expired");
    private static final LuaScript HELD = LuaScript.load("held");

    private final RedisLink redis;
    private final String leaseMillis;
    private final Map<Long, List<String>> keys = new HashMap<>();

    StockLedger(RedisLink redis, Duration leaseTtl) {
        this.redis = redis;
        this.leaseMillis = Long.toString(leaseTtl.toMillis());
    }

    @Override
    public boolean away() {
        return redis.away();
    }

    @Override
    public Future<Reserved> reserve(long eventId, List<Ask> claims) {
        String runId = redis.runId();
        if (runId == null) {
            return redis.notConnected();
        }
        return redis.eval(RESERVE, keys(eventId), request -> {
                    request.arg(runId).arg(leaseMillis);
                    for (Ask ask : claims) {
                        request.arg(ask.rid().toString())
                                .arg(ask.userId())
                                .arg(ask.newLease().toString());
                    }
                })
                .map(reply -> reserved(reply, claims));
    }

    @Override
    public Future<Void> settle(long eventId, long epoch, List<Settlement> settlements, int soldOutGeneration) {
        return redis.eval(SETTLE, keys(eventId), request -> {
                    request.arg(epoch);
                    for (Settlement s : settlements) {
                        request.arg(s.verb().name())
                                .arg(s.rid().toString())
                                .arg(s.lease().toString());
                    }
                    if (soldOutGeneration > 0) {
                        request.arg("O").arg(soldOutGeneration).arg("");
                    }
                })
                .mapEmpty();
    }

    @Override
    public Future<Void> checkMaster() {
        return redis.checkMaster();
    }

    @Override
    public Future<Void> load(long eventId, Epoch epoch) {
        String runId = redis.runId();
        if (runId == null) {
            return redis.notConnected();
        }
        int soldOut = epoch.free() <= 0 ? epoch.generation() : 0;
        return redis.eval(LOAD, keys(eventId), request -> request.arg(epoch.epoch())
                        .arg(epoch.free())
                        .arg(epoch.maxPerUser())
                        .arg(runId)
                        .arg(soldOut))
                .mapEmpty();
    }

    @Override
    public Future<Void> loadCounts(long eventId, long epoch, Map<Long, Integer> counts, boolean last) {
        return redis.eval(LOAD_COUNTS, keys(eventId), request -> {
                    request.arg(epoch).arg(last ? 1 : 0);
                    counts.forEach((user, count) -> request.arg(user).arg(count));
                })
                .mapEmpty();
    }

    @Override
    public Future<Overdue> overdue(long eventId, int limit, long expireAt) {
        String runId = redis.runId();
        if (runId == null) {
            return redis.notConnected();
        }
        return redis.eval(OVERDUE, keys(eventId), request -> request.arg(runId)
                        .arg(limit)
                        .arg(expireAt))
                .map(StockLedger::overdue);
    }

    @Override
    public Future<Snapshot> snapshot(long eventId) {
        String runId = redis.runId();
        if (runId == null) {
            return redis.notConnected();
        }
        return redis.eval(SNAPSHOT, keys(eventId), request -> request.arg(runId))
                .map(reply -> reply.get(0).toLong() == 0
                        ? new Snapshot(0, 0, List.of())
                        : new Snapshot(reply.get(0).toLong(), reply.get(1).toLong(), leases(reply, 2)));
    }

    /** What Redis holds before the start; it has the scripts of a claim as well then. */
    Future<WarmUp.Held> held(long eventId) {
        String runId = redis.runId();
        if (runId == null) {
            return redis.notConnected();
        }
        return Future.all(remember(RESERVE), remember(SETTLE))
                .compose(v -> redis.eval(HELD, keys(eventId), request -> request.arg(runId)))
                .map(StockLedger::held);
    }

    private Future<Response> remember(LuaScript script) {
        return redis.send(Request.cmd(Command.SCRIPT).arg("LOAD").arg(script.text()));
    }

    private List<String> keys(long eventId) {
        return keys.computeIfAbsent(eventId, id -> {
            String tagged = "cp:{" + id + "}:"; // one hash tag: all keys of a campaign are in one slot
            return List.of(tagged + "meta", tagged + "user", tagged + "open");
        });
    }

    private static Reserved reserved(Response reply, List<Ask> claims) {
        long epoch = reply.get(0).toLong();
        if (epoch == 0) {
            return new Reserved(0, 0, 0, List.of());
        }
        var answers = new ArrayList<Reservation>(claims.size());
        for (int i = 0; i < claims.size(); i++) {
            answers.add(reservation(reply.get(i + 3), claims.get(i)));
        }
        return new Reserved(epoch, reply.get(1).toLong(), reply.get(2).toInteger(), answers);
    }

    private static Reservation reservation(Response answer, Ask ask) {
        if (answer.type() != ResponseType.NUMBER) {
            return new Held(UUID.fromString(answer.toString()), 0);
        }
        int code = answer.toInteger();
        Denied denied = DENIED.get(code);
        return denied == null ? new Held(ask.newLease(), code) : denied;
    }

    private static WarmUp.Held held(Response reply) {
        return reply.get(0).toLong() == 0
                ? WarmUp.Held.NOTHING
                : new WarmUp.Held(
                        reply.get(0).toLong(),
                        reply.get(1).toLong(),
                        reply.get(2).toInteger(),
                        reply.get(3).toInteger() == 1,
                        reply.get(4).toLong(),
                        reply.get(5).toLong(),
                        reply.get(6).toLong());
    }

    private static Overdue overdue(Response reply) {
        long epoch = reply.get(0).toLong();
        if (epoch == 0) {
            return new Overdue(0, 0, 0, 0, false, List.of());
        }
        return new Overdue(
                epoch,
                reply.get(1).toLong(),
                reply.get(2).toLong(),
                reply.get(3).toInteger(),
                reply.get(4).toInteger() == 1,
                leases(reply, 5));
    }

    /** Pairs of rid and lease; the verb is what becomes of those without a row. */
    private static List<Settlement> leases(Response reply, int from) {
        var leases = new ArrayList<Settlement>();
        for (int i = from; i < reply.size(); i += 2) {
            UUID lease = UUID.fromString(reply.get(i + 1).toString());
            leases.add(new Settlement(Verb.B, UUID.fromString(reply.get(i).toString()), lease));
        }
        return leases;
    }
}
