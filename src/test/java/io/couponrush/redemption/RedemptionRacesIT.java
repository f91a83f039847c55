package io.couponrush.redemption;

import static io.couponrush.redemption.RedemptionDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.redemption.RedemptionStore.Used;
import io.couponrush.redemption.RevocationStore.Revoked;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Many at the same coupon at the same moment, over real connections. */
class RedemptionRacesIT {
    private static final Duration DAY = Duration.ofDays(1);
    private static final Deed STAFF = Deed.ofTheService("coupon.revoke");

    private static RedemptionDatabase db;
    private static RedemptionStore redemptions;
    private static RevocationStore revocations;
    private static ExpiryStore expiry;

    @BeforeAll
    static void open() {
        db = new RedemptionDatabase();
        redemptions = new RedemptionStore(db.pool);
        revocations = new RevocationStore(db.pool);
        expiry = new ExpiryStore(db.pool);
    }

    @AfterAll
    static void close() {
        db.close();
    }

    @Test
    void ofManyOrdersOneUsesTheCoupon() {
        long event = db.campaign(20, 1);
        for (String code : db.coupons(event, 20)) {
            long user = userOf(code);
            List<Answer<Used>> answers =
                    atOnce(RedemptionDatabase.CONNECTIONS, i -> redemptions.use(code, user, order("order-" + i)));
            assertThat(tally(answers))
                    .containsOnly(
                            entry("given", 1L), entry("COUPON_NOT_ACTIVE", (long) RedemptionDatabase.CONNECTIONS - 1));
        }
        assertThat(db.told(event, "coupon.used")).hasSize(20).doesNotHaveDuplicates();
        assertThat(db.mistakes(event)).isEmpty();
    }

    @Test
    void anOrderThatAsksManyTimesIsToldTheSameEachTime() {
        long event = db.campaign(10, 1);
        for (String code : db.coupons(event, 10)) {
            List<Answer<Used>> answers =
                    atOnce(RedemptionDatabase.CONNECTIONS, i -> redemptions.use(code, userOf(code), order("A")));
            Set<String> told = answers.stream()
                    .map(answer -> ((Answer.Given<Used>) answer)
                            .value()
                            .use()
                            .json(code)
                            .encode())
                    .collect(Collectors.toSet());
            assertThat(told).hasSize(1);
        }
        assertThat(db.told(event, "coupon.used")).hasSize(10);
    }

    @Test
    void usingAndCancellingLeaveOneOrderOrNone() {
        long event = db.campaign(10, 1);
        for (String code : db.coupons(event, 10)) {
            List<Answer<?>> answers = atOnce(
                    48,
                    i -> i % 2 == 0
                            ? redemptions
                                    .use(code, userOf(code), order("order-" + i % 3))
                                    .map(a -> a)
                            : redemptions
                                    .cancel(code, userOf(code), "order-" + i % 3)
                                    .map(a -> a));
            long used = answers.stream()
                    .filter(a -> a instanceof Answer.Given<?> g && g.value() instanceof Used u && u.fresh())
                    .count();
            long cancelled = answers.stream()
                    .filter(a -> a instanceof Answer.Given<?> g && Boolean.TRUE.equals(g.value()))
                    .count();
            assertThat(used - cancelled).isBetween(0L, 1L);
            assertThat(db.status(code)).isEqualTo(used > cancelled ? "used" : "active");
            long told = db.number(
                    "select count(*) from outbox where topic = 'coupon.used' and payload ->> 'couponCode' = $1", code);
            assertThat(told).isEqualTo(used);
        }
    }

    @Test
    void aCouponIsUsedOrExpiresAndNeverBoth() {
        long event = db.campaign(60, 1);
        List<String> codes = db.coupons(event, 60);
        db.run("update user_coupons set warned = true, expires_at = clock_timestamp()"
                + " + interval '100 ms' + id % 20 * interval '15 ms' where event_id = " + event);
        var used = new ArrayList<Future<Answer<Used>>>();
        var remaining = new ArrayList<>(codes);
        await().pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(20))
                .until(() -> {
                    if (!remaining.isEmpty() && used.size() % 2 == 0) {
                        String code = remaining.remove(0);
                        used.add(redemptions.use(code, userOf(code), order("A")));
                    }
                    Future<Integer> sweep = expiry.expire();
                    if (!remaining.isEmpty()) {
                        String code = remaining.remove(0);
                        used.add(redemptions.use(code, userOf(code), order("A")));
                    }
                    await(sweep);
                    return remaining.isEmpty()
                            && db.number(
                                            "select count(*) from user_coupons where status = 'active' and event_id = $1",
                                            event)
                                    == 0;
                });
        var answers = used.stream().map(RedemptionDatabase::await).toList();
        List<String> toldUsed = db.told(event, "coupon.used");
        List<String> toldExpired = db.told(event, "coupon.expired");
        System.out.println("used " + toldUsed.size() + ", expired " + toldExpired.size());
        assertThat(tally(answers)).containsOnlyKeys("given", "COUPON_EXPIRED");
        assertThat(tally(answers)).containsEntry("given", (long) toldUsed.size());
        assertThat(toldUsed).doesNotContainAnyElementsOf(toldExpired);
        assertThat(toldUsed.size() + toldExpired.size()).isEqualTo(60);
        assertThat(db.number("select count(*) from user_coupons where event_id = $1 and used_at >= expires_at", event))
                .isZero();
    }

    @Test
    void whoWaitsForTheSweepFindsTheCouponExpired() {
        long event = db.campaign(1, 1);
        String code = db.coupons(event, 1).get(0);
        SqlConnection sweeping = await(db.pool.getConnection());
        Transaction tx = await(sweeping.begin());
        await(sweeping.query("update user_coupons set status = 'expired' where event_id = " + event)
                .execute());

        Future<Answer<Used>> waiting = redemptions.use(code, 1, order("A"));
        untilSomebodyWaits();
        await(tx.commit());
        await(sweeping.close());

        assertThat(tally(List.of(await(waiting)))).containsOnlyKeys("COUPON_EXPIRED");
        assertThat(db.told(event, "coupon.used")).isEmpty();
    }

    @Test
    void theClockIsReadWhenTheWaitIsOver() {
        long event = db.campaign(1, 1);
        String code = db.coupons(event, 1).get(0);
        db.set(code, "expires_at = clock_timestamp() + interval '300 ms'");
        SqlConnection other = await(db.pool.getConnection());
        Transaction tx = await(other.begin());
        await(other.query("select 1 from user_coupons where event_id = " + event + " for update")
                .execute());

        Future<Answer<Used>> waiting = redemptions.use(code, 1, order("A"));
        untilSomebodyWaits();
        await(other.query("select pg_sleep(0.35)").execute());
        await(tx.commit());
        await(other.close());

        assertThat(tally(List.of(await(waiting)))).containsOnlyKeys("COUPON_EXPIRED");
    }

    /** In whichever order, until each has come first. */
    @Test
    void aCouponIsUsedOrRevokedAndNeverBoth() {
        long used = 0;
        long revoked = 0;
        for (int round = 0; round < 25 && (round == 0 || used == 0 || revoked == 0); round++) {
            long event = db.campaign(40, 1);
            List<String> codes = db.coupons(event, 40);
            List<Answer<?>> answers = atOnce(80, i -> {
                String code = codes.get(i / 2);
                return i % 2 == (i / 2) % 2
                        ? redemptions.use(code, userOf(code), order("A")).map(a -> a)
                        : revocations.revoke(code, STAFF).map(a -> a);
            });
            long usedNow = given(answers, Used.class);
            long revokedNow = given(answers, Revoked.class);
            assertThat(usedNow + revokedNow).isEqualTo(40);
            assertThat(db.number("select count(*) from user_coupons where event_id = $1 and status = 'used'", event))
                    .isEqualTo(usedNow);
            assertThat(db.number("select revoked_count::bigint from coupon_events where id = $1", event))
                    .isEqualTo(revokedNow);
            assertThat(db.told(event, "coupon.used")).hasSize((int) usedNow);
            assertThat(db.mistakes(event)).isEmpty();
            used += usedNow;
            revoked += revokedNow;
        }
        assertThat(used).as("used first").isPositive();
        assertThat(revoked).as("revoked first").isPositive();
    }

    /** Use, cancel, revoke, the clock and the sweep in every order that chance finds; the stores against a model. */
    @Test
    void aCouponLivesAsItsModelForetells() {
        Set<String> seen = new TreeSet<>();
        for (int seed = 0; seed < 60; seed++) {
            var walk = new CouponWalk(db, new Random(seed), seen);
            for (int step = 0; step < 30; step++) walk.step("seed " + seed + ", step " + step);
            assertThat(walk.mistakes()).as("seed " + seed).isEmpty();
        }
        assertThat(seen)
                .as("whatever can happen has happened")
                .contains(
                        "ACTIVE: use given",
                        "ACTIVE: use MIN_PURCHASE_NOT_MET",
                        "ACTIVE: cancel given",
                        "ACTIVE: cancel COUPON_NOT_ACTIVE",
                        "ACTIVE: revoke given",
                        "ACTIVE past its expiry: use COUPON_EXPIRED",
                        "ACTIVE past its expiry: revoke COUPON_EXPIRED",
                        "ACTIVE past its expiry: sweep",
                        "USED: use given again",
                        "USED: use IDEMPOTENCY_KEY_REUSED",
                        "USED: use COUPON_NOT_ACTIVE",
                        "USED: cancel given",
                        "USED: revoke COUPON_NOT_ACTIVE",
                        "USED past its expiry: use given again",
                        "USED past its expiry: cancel given",
                        "USED past its expiry: sweep",
                        "EXPIRED past its expiry: use COUPON_EXPIRED",
                        "EXPIRED past its expiry: cancel given",
                        "EXPIRED past its expiry: revoke COUPON_EXPIRED",
                        "REVOKED: use COUPON_NOT_ACTIVE",
                        "REVOKED: revoke given",
                        "REVOKED past its expiry: sweep");
    }

    @Test
    void revokedByManyACouponGivesOneUnitBack() {
        long event = db.campaign(1, 1);
        String code = db.coupons(event, 1).get(0);
        List<Answer<Revoked>> answers = atOnce(RedemptionDatabase.CONNECTIONS, i -> revocations.revoke(code, STAFF));
        assertThat(tally(answers)).containsOnly(entry("given", (long) RedemptionDatabase.CONNECTIONS));
        assertThat(answers.stream()
                        .filter(a -> ((Answer.Given<Revoked>) a).value().fresh()))
                .hasSize(1);
        assertThat(db.told(event, "coupon.reopened")).containsExactly("reopened:" + event + ":2");
        assertThat(db.mistakes(event)).isEmpty();
    }

    /** Each unit that comes back is taken by somebody, while others are still coming back. */
    @Test
    void revokingWhileOthersClaimSellsEveryUnitOnce() {
        long event = db.campaign(30, 1);
        List<String> codes = db.coupons(event, 30);
        List<Object> outcomes = atOnce(
                90,
                i -> i % 3 == 0
                        ? revocations.revoke(codes.get(i / 3), STAFF).map(a -> (Object) a)
                        : db.claim(event, 1_000 + i, 1).map(o -> (Object) o));
        long issued = outcomes.stream().filter("ISSUED"::equals).count();
        System.out.println(issued + " of 30 taken again, generation "
                + db.number("select soldout_generation::bigint from coupon_events where id = $1", event));
        assertThat(outcomes).filteredOn(String.class::isInstance).allMatch(o -> Set.of("ISSUED", "SOLD_OUT", "FENCED")
                .contains(o));
        assertThat(db.mistakes(event)).isEmpty();
        long left = 30 - issued;
        List<String> rest = atOnce(60, i -> db.claim(event, 2_000 + i, 1)
                .compose(first ->
                        first.equals("FENCED") ? db.claim(event, 2_000 + i, 1) : Future.succeededFuture(first)));
        assertThat(rest).filteredOn("ISSUED"::equals).hasSize((int) left);
        assertThat(db.number("select count(*) from coupon_events where id = $1 and issued_count = total_count", event))
                .isEqualTo(1);
        assertThat(db.mistakes(event)).isEmpty();
    }

    @Test
    void whoHasARevokedCouponHasHadTheirs() {
        long event = db.campaign(10, 2);
        String code = db.coupons(event, 1).get(0);
        await(revocations.revoke(code, STAFF));
        assertThat(await(db.claim(event, 1, 2))).isEqualTo("ISSUED");
        assertThat(await(db.claim(event, 1, 3))).isEqualTo("LIMIT");
        assertThat(db.texts("select seq from user_coupons where event_id = $1 order by id", event))
                .containsExactly("1", "2");
        assertThat(db.mistakes(event)).isEmpty();
    }

    @Test
    void aReservationFromBeforeTheRevocationIsFenced() {
        long event = db.campaign(10, 1);
        String code = db.coupons(event, 1).get(0);
        long before = db.number("select epoch from coupon_events where id = $1", event);
        await(revocations.revoke(code, STAFF));
        List<String> outcomes = db.texts(
                "select outcome from issue_batch($1, $2, array[gen_random_uuid()], array[7::bigint],"
                        + " array[gen_random_uuid()], array['CR-LATE'])",
                event,
                before);
        assertThat(outcomes).containsExactly("FENCED");
        assertThat(db.mistakes(event)).isEmpty();
    }

    @Test
    void theSaleDoesNotWaitForWhoIsUsingACouponThatIsRevoked() {
        long event = db.campaign(10, 1);
        String code = db.coupons(event, 1).get(0);
        SqlConnection using = await(db.pool.getConnection());
        Transaction tx = await(using.begin());
        await(using.query("select 1 from user_coupons where coupon_code = '" + code + "' for update")
                .execute());
        Future<Answer<Revoked>> revoking = revocations.revoke(code, STAFF);
        untilSomebodyWaits();

        String claimed = await(db.claim(event, 2, 1).timeout(2, TimeUnit.SECONDS));

        assertThat(claimed).isEqualTo("ISSUED");
        assertThat(revoking.isComplete()).isFalse();
        await(tx.rollback());
        await(using.close());
        assertThat(tally(List.of(await(revoking)))).containsOnlyKeys("given");
        assertThat(db.mistakes(event)).isEmpty();
    }

    /** A batch that holds the campaign must not wait for whoever waits for the campaign. */
    @Test
    void aKeyThatIsReplayedWhileItsCouponIsRevokedIsNoDeadlock() {
        long event = db.campaign(10, 1);
        String code = db.coupons(event, 1).get(0);
        SqlConnection batch = await(db.pool.getConnection());
        Transaction tx = await(batch.begin());
        await(batch.query("select 1 from coupon_events where id = " + event + " for update")
                .execute());
        Future<Answer<Revoked>> revoking = revocations.revoke(code, STAFF);
        untilSomebodyWaits();

        String inserted = await(batch.query("insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease,"
                        + " epoch, issued_at, expires_at) select rid, event_id, user_id, seq, coupon_code, lease, epoch,"
                        + " issued_at, expires_at from user_coupons where event_id = " + event
                        + " on conflict do nothing")
                .execute()
                .map(rows -> "inserted " + rows.rowCount())
                .timeout(800, TimeUnit.MILLISECONDS));
        await(tx.commit());
        await(batch.close());

        assertThat(inserted).isEqualTo("inserted 0");
        assertThat(tally(List.of(await(revoking)))).containsOnlyKeys("given");
        assertThat(db.mistakes(event)).isEmpty();
    }

    @Test
    void sweptByManyEachCouponIsToldOnce() {
        long event = db.campaign(1_000, 1);
        db.run(
                """
                insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease, epoch, issued_at, expires_at)
                select gen_random_uuid(), %1$d, g, 1, 'CR-%1$d-' || g, gen_random_uuid(), 1, now() - interval '1 day',
                       now() + case when g %% 2 = 0 then interval '1 hour' else interval '-1 hour' end
                  from generate_series(1, 1000) g
                """
                        .formatted(event));
        await().atMost(Duration.ofSeconds(20))
                .until(() -> atOnce(8, i -> i % 2 == 0 ? expiry.warn(DAY) : expiry.expire()).stream()
                        .noneMatch(marked -> marked > 0));
        assertThat(db.told(event, "coupon.expiring")).hasSize(500).doesNotHaveDuplicates();
        assertThat(db.told(event, "coupon.expired")).hasSize(500).doesNotHaveDuplicates();
        assertThat(db.number(
                        "select count(*) from user_coupons where event_id = $1 and status = 'expired'"
                                + " and expires_at <= now()",
                        event))
                .isEqualTo(500);
    }

    @Test
    void whatWasJustIssuedIsNotAboutToExpire() {
        long event = db.campaign(4, 1);
        List<String> codes = db.coupons(event, 4);
        db.run("update user_coupons set warned = true where event_id <> " + event);
        db.set(codes.get(0), "issued_at = now(), expires_at = now() + interval '1 day'");
        db.set(codes.get(1), "issued_at = now() - interval '13 hours', expires_at = now() + interval '11 hours'");
        db.set(codes.get(2), "issued_at = now() - interval '9 days', expires_at = now() + interval '23 hours'");
        db.set(codes.get(3), "issued_at = now() - interval '9 days', expires_at = now() + interval '25 hours'");

        assertThat(await(expiry.warn(DAY))).isEqualTo(2);

        assertThat(db.texts("select coupon_code from user_coupons where event_id = $1 and warned order by id", event))
                .containsExactly(codes.get(1), codes.get(2));
        assertThat(await(expiry.warn(DAY))).isZero();
        db.set(codes.get(0), "issued_at = now() - interval '12 hours', expires_at = now() + interval '12 hours'");
        assertThat(await(expiry.warn(DAY))).isEqualTo(1);
    }

    @Test
    void theSweepDoesNotWaitForWhoIsUsingACoupon() {
        long event = db.campaign(2, 1);
        List<String> codes = db.coupons(event, 2);
        db.run("update user_coupons set warned = true, expires_at = now() where event_id = " + event);
        SqlConnection using = await(db.pool.getConnection());
        Transaction tx = await(using.begin());
        await(using.query("select 1 from user_coupons where coupon_code = '" + codes.get(0) + "' for update")
                .execute());

        assertThat(await(expiry.expire())).isEqualTo(1);

        assertThat(db.status(codes.get(0))).isEqualTo("active");
        assertThat(db.status(codes.get(1))).isEqualTo("expired");
        await(tx.rollback());
        await(using.close());
        assertThat(await(expiry.expire())).isEqualTo(1);
        assertThat(db.told(event, "coupon.expired")).hasSize(2);
    }

    @Test
    void oneNodeSweepsAtATime() {
        long event = db.campaign(1, 1);
        String code = db.coupons(event, 1).get(0);
        db.set(code, "warned = true, expires_at = now()");
        SqlConnection other = await(db.pool.getConnection());
        Transaction tx = await(other.begin());
        await(other.query("select pg_advisory_xact_lock(7266014)").execute());

        assertThat(await(expiry.expire())).isZero();

        await(tx.rollback());
        await(other.close());
        assertThat(await(expiry.expire())).isEqualTo(1);
        assertThat(db.status(code)).isEqualTo("expired");
    }

    private static Order order(String id) {
        return new Order(id, new BigDecimal("200"));
    }

    private static long userOf(String code) {
        return Long.parseLong(code.split("-", -1)[2]);
    }

    /** All are under way before the first is answered. */
    private static <T> List<T> atOnce(int times, IntFunction<Future<T>> what) {
        List<Future<T>> all = IntStream.range(0, times).mapToObj(what).toList();
        return all.stream().map(RedemptionDatabase::await).toList();
    }

    private static void untilSomebodyWaits() {
        await().pollInterval(Duration.ofMillis(10))
                .atMost(Duration.ofSeconds(10))
                .until(() -> db.number("select count(*) from pg_stat_activity where datname = current_database()"
                                + " and wait_event_type = 'Lock'")
                        > 0);
    }

    private static long given(List<Answer<?>> answers, Class<?> type) {
        return answers.stream()
                .filter(a -> a instanceof Answer.Given<?> g && type.isInstance(g.value()))
                .count();
    }

    private static <T> Map<String, Long> tally(List<Answer<T>> answers) {
        return answers.stream()
                .map(answer -> answer instanceof Answer.Denied<T> denied
                        ? denied.problem().code().name()
                        : "given")
                .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
    }
}
