package io.couponrush.interest;

import static io.couponrush.interest.InterestDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is told of a start, and how much that costs. */
class InterestStoreIT {
    private static final Duration BEFORE = Duration.ofMinutes(10);
    private static final Set<String> SCANS = Set.of("Seq Scan", "Index Scan", "Index Only Scan", "Bitmap Heap Scan");

    private static InterestDatabase db;
    private static InterestStore store;

    @BeforeAll
    static void open() {
        db = new InterestDatabase();
        store = new InterestStore(db.pool);
    }

    @AfterAll
    static void close() {
        db.close();
    }

    @BeforeEach
    void clean() {
        db.run("truncate coupon_events, interests, outbox, stock_calls");
    }

    private static int remind() {
        return await(store.remind(BEFORE));
    }

    @Test
    void aStartThatIsMovedAwayAndBackIsToldEachTime() {
        long event = db.campaign("8 minutes");
        db.interest(event, 1);
        assertThat(remind()).isEqualTo(1);
        assertThat(remind()).isZero();
        db.set(event, "start_time = start_time - interval '2 minutes'");
        assertThat(remind()).isEqualTo(1);
        db.set(event, "start_time = start_time + interval '2 minutes'");
        assertThat(remind()).isEqualTo(1);
        assertThat(remind()).isZero();
        assertThat(db.toldUsers(event, "coupon.starting")).containsExactly(1L, 1L, 1L);
    }

    @Test
    void aStartThatIsMovedByLessThanASecondIsAnother() {
        long event = db.campaign("8 minutes");
        db.set(event, "start_time = date_trunc('second', start_time) + interval '100 ms'");
        db.interest(event, 1);
        assertThat(remind()).isEqualTo(1);
        db.set(event, "start_time = start_time + interval '200 ms'");
        assertThat(remind()).isEqualTo(1);
        assertThat(db.told(event, "coupon.starting")).hasSize(2);
    }

    @Test
    void theMessageNamesTheStartToTheMicrosecond() {
        for (String fraction : new String[] {"0", "0.5", "0.123456"}) {
            long event = db.campaign("8 minutes");
            db.set(event, "start_time = date_trunc('second', start_time) + interval '" + fraction + " s'");
            db.interest(event, 1);
            assertThat(remind()).isEqualTo(1);
            long micros = db.number(
                    "select (extract(epoch from start_time) * 1000000)::bigint from coupon_events where id = $1",
                    event);
            String told = db.told(event, "coupon.starting").get(0).getString("startTime");
            assertThat(Instant.parse(told)).as(told).isEqualTo(Instant.EPOCH.plus(Duration.ofNanos(micros * 1_000)));
        }
    }

    @Test
    void earlierAndLaterRemindersAreNotThisOne() {
        long event = db.campaign("8 minutes");
        db.interest(event, 3);
        db.run("update interests set reminded_for = now() + interval '1 minute' where user_id = 1");
        db.run("update interests set reminded_for = now() + interval '1 hour' where user_id = 2");
        assertThat(remind()).isEqualTo(3);
        assertThat(remind()).isZero();
        assertThat(db.toldUsers(event, "coupon.starting")).containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    /** A crowd waits, of which half was reminded before, and then all. */
    @Test
    void aBatchReadsNoMoreThanItTells() {
        long event = db.campaign("8 minutes");
        crowd(event, 1, 100_000, true);
        crowd(event, 100_001, 200_000, false);
        assertThat(read(db.plan(reminding()))).as("half-way").isBetween(250L, 1_000L);
        db.run("truncate interests");
        crowd(event, 1, 200_000, true);
        assertThat(read(db.plan(reminding()))).as("all are told").isLessThan(10);
        assertThat(remind()).isZero();
    }

    private static void crowd(long event, int from, int to, boolean reminded) {
        db.run(
                "insert into interests (event_id, user_id, reminded_for) select e.id, u, case when $4 then e.start_time end"
                        + " from coupon_events e, generate_series($2::integer, $3::integer) u where e.id = $1",
                event,
                from,
                to,
                reminded);
        db.run("analyze interests");
    }

    private static String reminding() {
        return InterestStore.REMIND
                .replace("$1", String.valueOf(BEFORE.toSeconds()))
                .replace("$2", String.valueOf(InterestStore.BATCH));
    }

    /** Rows of the list that a statement looked at, taken or not. */
    private static long read(JsonObject plan) {
        long own = 0;
        if (SCANS.contains(plan.getString("Node Type")) && "interests".equals(plan.getString("Relation Name"))) {
            double rows = plan.getDouble("Actual Rows") + plan.getDouble("Rows Removed by Filter", 0.0);
            own = Math.round(rows * plan.getLong("Actual Loops"));
        }
        return own
                + plan.getJsonArray("Plans", new JsonArray()).stream()
                        .mapToLong(part -> read((JsonObject) part))
                        .sum();
    }

    private static long soldOutOnce(int free) {
        long event = db.campaign("-1 minute");
        db.set(event, "total_count = " + free + ", soldout_generation = 2");
        return event;
    }

    private static void stockReturns(long event) {
        db.run("select tell_stock($1, 2, 'sale')", event);
    }

    private static List<Long> users(int from, int to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    private static boolean callMore() {
        return await(store.callMore());
    }

    private static void callAll() {
        boolean more;
        do {
            more = callMore();
        } while (more);
    }

    @Test
    void stockThatReturnsWhileNobodyMayClaimIsNoNewsForThoseWhoWait() {
        for (String closed : new String[] {
            "paused = true",
            "start_time = now() - interval '2 hours', end_time = now() - interval '1 hour'",
            "start_time = now() + interval '1 minute'",
            "mode = 'draw'"
        }) {
            long event = soldOutOnce(5);
            db.set(event, closed);
            db.interest(event, 2);
            stockReturns(event);
            assertThat(db.told(event, "coupon.available")).as(closed).isEmpty();
            assertThat(db.told(event, "coupon.reopened")).as(closed).hasSize(1);
            assertThat(db.number("select count(*) from interests where event_id = $1", event))
                    .as(closed)
                    .isEqualTo(2);
        }
    }

    @Test
    void whoIsNotInvitedWaitsInVain() {
        long event = soldOutOnce(5);
        db.set(event, "audience = 'restricted'");
        db.interest(event, 3);
        db.run("insert into event_audience (event_id, user_id) values ($1, 2)", event);
        stockReturns(event);
        assertThat(db.toldUsers(event, "coupon.available")).containsExactly(2L);
    }

    @Test
    void asManyAreToldAsThereIsStockTheLongestWaitingFirst() {
        long event = soldOutOnce(2_400);
        db.interest(event, 3_000);
        stockReturns(event);
        assertThat(db.toldUsers(event, "coupon.available")).isEqualTo(users(1, 1_000));
        assertThat(callMore()).isTrue();
        assertThat(db.toldUsers(event, "coupon.available")).isEqualTo(users(1, 2_000));
        callAll();
        assertThat(db.toldUsers(event, "coupon.available")).isEqualTo(users(1, 2_400));
        assertThat(db.told(event, "coupon.available"))
                .allSatisfy(page -> assertThat(page.getJsonArray("userIds")).hasSizeLessThanOrEqualTo(250));
        assertThat(db.number("select count(*) from interests")).isEqualTo(600);
        assertThat(db.number("select count(*) from stock_calls")).isZero();
    }

    @Test
    void aThousandAreToldOfWhateverReturns() {
        long event = soldOutOnce(1);
        db.interest(event, 1_500);
        stockReturns(event);
        callAll();
        assertThat(db.toldUsers(event, "coupon.available")).isEqualTo(users(1, 1_000));
    }

    @Test
    void nobodyIsCalledForWhatIsGoneAgain() {
        long event = soldOutOnce(5_000);
        db.interest(event, 3_000);
        stockReturns(event);
        db.set(event, "soldout_generation = 3");
        callAll();
        assertThat(db.toldUsers(event, "coupon.available")).hasSize(1_000);
        assertThat(db.number("select count(*) from interests")).isEqualTo(2_000);
    }

    @Test
    void theListsOfWhatIsOverAreCleared() {
        long over = db.campaign("-2 hours");
        long running = db.campaign("-30 minutes");
        long coming = db.campaign("1 day");
        db.interest(over, 600);
        db.interest(running, 2);
        db.interest(coming, 3);
        db.interest(coming + 1_000, 4); // of a campaign that is not there
        int gone = 0;
        for (int batch = await(store.prune()); batch > 0; batch = await(store.prune())) {
            assertThat(batch).isLessThanOrEqualTo(InterestStore.BATCH);
            gone += batch;
        }
        assertThat(gone).isEqualTo(604);
        assertThat(db.number("select count(*) from interests where event_id = $1", running))
                .isEqualTo(2);
        assertThat(db.number("select count(*) from interests where event_id = $1", coming))
                .isEqualTo(3);
    }
}
