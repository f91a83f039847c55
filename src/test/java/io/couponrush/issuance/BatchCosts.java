package io.couponrush.issuance;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.backing.RedisLink;
import io.couponrush.bus.IssueCommand;
import io.couponrush.issuance.Ledger.Ask;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.testkit.Backends;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/**
 * What a batch costs Postgres and Redis by itself: the statement and the scripts of a claim as the service sends them, one
 * in flight, and no service around them.
 */
final class BatchCosts {
    private static final List<Integer> ROWS = List.of(64, 81, 256);
    private static final List<Integer> CLAIMS = List.of(1, 35, 64);
    /** Reservations that are open meanwhile, as in a service with 256 connections. */
    private static final int OPEN = 105;

    /** So many that chance gives nobody more than one may have. */
    private static final int BUYERS = 1_000_000;

    private static final int CROWD = 100_000;
    private static final int PER_USER = 100;
    private static final int ENOUGH = 1_000_000_000;
    private static final Pattern PROCESSOR = Pattern.compile("(?m)^used_cpu_(user|sys)_main_thread:([0-9.]+)");

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final SplittableRandom random = new SplittableRandom(1);
    private final CouponCodes codes = new CouponCodes();
    private final long roundNanos;
    private final int rounds;

    private BatchCosts(int seconds, int rounds) {
        this.roundNanos = TimeUnit.SECONDS.toNanos(seconds);
        this.rounds = rounds;
    }

    /**
     * Arguments: seconds of a round, rounds. The servers are embedded, or those of COUPONRUSH_TEST_POSTGRES_URI and
     * COUPONRUSH_TEST_REDIS_URI.
     *
     * <p>Prints tab-separated lines: round (0 is the warm-up), what, batch, that many a second, microseconds each. For Redis these
     * are microseconds of its main thread.
     */
    public static void main(String[] args) {
        var costs = new BatchCosts(Integer.parseInt(args[0]), Integer.parseInt(args[1]));
        costs.postgres();
        costs.redis();
        costs.vertx.close().await();
        System.exit(0);
    }

    private void postgres() {
        try (var database = new ClaimsDatabase()) {
            Pool pool = PgBuilder.pool()
                    .connectingTo(PgConnectOptions.fromUri(database.uri()).setCachePreparedStatements(true))
                    .with(new PoolOptions().setMaxSize(1))
                    .using(vertx)
                    .build();
            var store = new IssueStore(pool, Duration.ofSeconds(30), BatchStore.PLAIN);
            long event = database.campaign(ENOUGH, PER_USER);
            var had = new int[BUYERS];
            long rows = 0;
            for (int round = 0; round <= rounds; round++) {
                for (int size : ROWS) {
                    for (boolean keyed : new boolean[] {false, true}) {
                        Supplier<List<Claim>> batches = () -> claims(event, size, keyed, had);
                        Spent spent = on(() -> spend(batches, batch -> issue(store, event, batch)));
                        long made = spent.batches * size;
                        rows += made;
                        tell(round, keyed ? "rows, keys" : "rows", size, made, spent.nanos, spent.nanos / 1e3);
                    }
                }
            }
            long counted = database.number("select count(*) from user_coupons");
            long told = database.number("select issued_count from coupon_events where id = $1", event);
            if (counted != rows || told != rows) {
                throw new IllegalStateException(rows + " sent, " + counted + " rows, counted " + told);
            }
            pool.close().await();
        }
    }

    private static Future<Void> issue(IssueStore store, long event, List<Claim> batch) {
        return store.issueFast(event, ClaimsDatabase.EPOCH, batch).map(verdicts -> {
            if (verdicts.isEmpty()) throw new IllegalStateException("not the fast way");
            return null;
        });
    }

    private List<Claim> claims(long event, int size, boolean keyed, int[] had) {
        var batch = new ArrayList<Claim>(size);
        for (int i = 0; i < size; i++) {
            int user = random.nextInt(BUYERS);
            var claim = new Claim(new IssueCommand(event, user + 1, rid(keyed), keyed), Long.MAX_VALUE, outcome -> {});
            claim.hold(ClaimsDatabase.EPOCH, any(), ++had[user], codes.next("CR"));
            batch.add(claim);
        }
        return batch;
    }

    private void redis() {
        var link = new RedisLink(vertx, Backends.shared().redisUri(), Duration.ofSeconds(5), 1_000, () -> {});
        on(link::start);
        var ledger = new StockLedger(link, Duration.ofSeconds(10));
        long event = Long.MAX_VALUE - random.nextInt(1 << 20);
        on(() -> ledger.load(event, new CouponBook.Epoch(ClaimsDatabase.EPOCH, ENOUGH, ENOUGH, 0)));
        try {
            for (int round = 0; round <= rounds; round++) {
                for (int size : CLAIMS) {
                    var open = new ArrayDeque<Settlement>();
                    double before = processor(link);
                    Spent spent = on(() -> spend(() -> asks(size), batch -> reserve(ledger, event, batch, open)));
                    double micros = (processor(link) - before) * 1e6;
                    tell(round, "claims", size, spent.batches * size, spent.nanos, micros);
                    on(() -> ledger.settle(event, ClaimsDatabase.EPOCH, List.copyOf(open), 0));
                }
            }
        } finally {
            on(() -> link.send(Request.cmd(Command.DEL)
                    .arg("cp:{" + event + "}:meta")
                    .arg("cp:{" + event + "}:user")
                    .arg("cp:{" + event + "}:open")));
            on(link::stop);
        }
    }

    /** Reserves, and settles as many of those that are open as were taken. */
    private static Future<Void> reserve(StockLedger ledger, long event, List<Ask> asks, Deque<Settlement> open) {
        return ledger.reserve(event, asks).compose(reserved -> {
            for (int i = 0; i < asks.size(); i++) {
                if (!(reserved.answers().get(i) instanceof Reservation.Held))
                    throw new IllegalStateException("refused");
                open.add(new Settlement(
                        Ledger.Verb.C, asks.get(i).rid(), asks.get(i).newLease()));
            }
            if (open.size() < OPEN) return Future.succeededFuture();
            var decided = new ArrayList<Settlement>();
            while (decided.size() < asks.size()) decided.add(open.remove());
            return ledger.settle(event, ClaimsDatabase.EPOCH, decided, 0);
        });
    }

    private List<Ask> asks(int size) {
        var asks = new ArrayList<Ask>(size);
        for (int i = 0; i < size; i++) asks.add(new Ask(rid(false), random.nextInt(CROWD) + 1, any()));
        return asks;
    }

    private double processor(RedisLink link) {
        String info = on(() -> link.send(Request.cmd(Command.INFO).arg("cpu"))).toString();
        return PROCESSOR
                .matcher(info)
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(2)))
                .sum();
    }

    private UUID rid(boolean keyed) {
        return keyed ? any() : IdempotencyKey.noKey(System.currentTimeMillis());
    }

    private UUID any() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    private record Spent(long batches, long nanos) {}

    private interface Send<T> {
        Future<Void> send(List<T> batch);
    }

    /** One batch after the other for the time of a round; the next one is made while the last is under way. */
    private <T> Future<Spent> spend(Supplier<List<T>> batches, Send<T> send) {
        Promise<Spent> done = Promise.promise();
        next(batches, send, batches.get(), 0, System.nanoTime(), done);
        return done.future();
    }

    private <T> void next(
            Supplier<List<T>> batches, Send<T> send, List<T> batch, long sent, long began, Promise<Spent> done) {
        long nanos = System.nanoTime() - began;
        if (nanos >= roundNanos) {
            done.complete(new Spent(sent, nanos));
            return;
        }
        Future<Void> under = send.send(batch);
        List<T> following = batches.get();
        under.onSuccess(v -> next(batches, send, following, sent + 1, began, done))
                .onFailure(done::fail);
    }

    private static void tell(int round, String what, int size, long made, long nanos, double micros) {
        System.out.printf(
                Locale.ROOT, "%d\t%s\t%d\t%.0f\t%.2f%n", round, what, size, made * 1e9 / nanos, micros / made);
    }

    @CanIgnoreReturnValue
    private <T> T on(Supplier<Future<T>> step) {
        Promise<T> done = Promise.promise();
        loop.runOnContext(v -> step.get().onComplete(done));
        return done.future().await();
    }
}
