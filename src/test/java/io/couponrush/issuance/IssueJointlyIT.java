package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.EPOCH;
import static io.couponrush.issuance.ClaimsDatabase.await;
import static io.couponrush.issuance.ClaimsDatabase.claim;
import static io.couponrush.issuance.ClaimsDatabase.verdict;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.JointCommits.Batch;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code issue_jointly}: batches of several campaigns in one transaction, each whole or not at all. */
class IssueJointlyIT {
    private static ClaimsDatabase db;

    @BeforeAll
    static void open() {
        db = new ClaimsDatabase();
    }

    @AfterAll
    static void close() {
        db.close();
    }

    private static Batch batch(long event, Claim... claims) {
        return new Batch(event, claims[0].epoch(), List.of(claims));
    }

    @CanIgnoreReturnValue
    private static Map<Long, Verdicts> jointly(Batch... batches) {
        return await(db.issuing().issueJointly(List.of(batches)));
    }

    private static void isWhole(long event, int coupons) {
        assertThat(db.number("select count(*) from user_coupons where event_id = $1", event))
                .isEqualTo(db.number("select issued_count::bigint from coupon_events where id = $1", event))
                .isEqualTo(coupons);
    }

    private static long outboxRows() {
        return db.number("select count(*) from outbox");
    }

    @Test
    void issuesForEachAndTellsInOneRow() {
        long first = db.campaign(10, 2);
        long second = db.campaign(20, 1);
        db.set(second, "valid_days = 3");
        Claim a = claim(first, 1, 1);
        Claim b = claim(first, 2, 1);
        Claim c = claim(second, 1, 1);

        Map<Long, Verdicts> issued = jointly(batch(first, a, b), batch(second, c));

        assertThat(issued).containsOnlyKeys(first, second);
        Verdicts of = Objects.requireNonNull(issued.get(first));
        assertThat(List.of(of.issued(), of.total(), of.generation())).containsExactly(2, 10, 0);
        isWhole(first, 2);
        isWhole(second, 1);
        var told = new ArrayList<Long>();
        for (Claim claim : List.of(a, b, c)) {
            Verdicts verdicts = Objects.requireNonNull(issued.get(claim == c ? second : first));
            var coupon = Objects.requireNonNull(verdict(verdicts, claim).coupon());
            told.add(coupon.couponId());
            assertThat(db.texts(
                            "select rid || ' ' || user_id || ' ' || coupon_code || ' ' || lease || ' ' || epoch || ' '"
                                    + " || (expires_at = issued_at + case event_id when $2 then interval '3 days'"
                                    + " else interval '30 days' end) from user_coupons where id = $1",
                            coupon.couponId(),
                            second))
                    .containsExactly(claim.rid() + " " + claim.userId() + " " + claim.code() + " " + claim.lease() + " "
                            + EPOCH + " true");
        }
        List<String> rows = db.texts("select payload from outbox where event_id is null and payload -> 'couponIds' @>"
                + " to_jsonb(" + told.get(0) + ")");
        assertThat(rows).hasSize(1);
        assertThat(new JsonObject(rows.get(0))
                        .getJsonArray("couponIds").stream().map(id -> ((Number) id).longValue()))
                .containsExactlyInAnyOrderElementsOf(told);
    }

    static Stream<Arguments> reasons() {
        return Stream.of(
                arguments("another epoch", "epoch = epoch + 1", 1),
                arguments("paused", "paused = true", 1),
                arguments("not open", "start_time = now() + interval '1 minute'", 1),
                arguments("closed", "end_time = now() - interval '1 ms'", 1),
                arguments("the last unit", "total_count = 1", 1),
                arguments("over the stock", "total_count = 0", 1),
                arguments("restricted", "audience = 'restricted'", 1),
                arguments("draws", "mode = 'draw'", 1),
                arguments("number above the limit", "max_per_user = 2", 3),
                arguments("number below 1", "max_per_user = 2", 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("reasons")
    void leavesOutWhatIsNotPlain(String why, String assignments, int seq) {
        long odd = db.campaign(10, 5);
        long plain = db.campaign(10, 5);
        db.set(odd, assignments);

        Map<Long, Verdicts> issued = jointly(batch(odd, claim(odd, 1, seq)), batch(plain, claim(plain, 1, 1)));

        assertThat(issued).containsOnlyKeys(plain);
        isWhole(odd, 0);
        isWhole(plain, 1);
    }

    @Test
    void leavesOutAKeyThatHasACouponAndALeaseThatIsDead() {
        long elsewhere = db.campaign(10, 5);
        long reused = db.campaign(10, 5);
        long buried = db.campaign(10, 5);
        long plain = db.campaign(10, 5);
        Claim has = claim(elsewhere, 1, 1);
        jointly(batch(elsewhere, has));
        Claim again = claim(reused, 1, has.rid(), UUID.randomUUID(), 1);
        Claim dead = claim(buried, 1, 1);
        await(db.store().resolve(buried, List.of(new Settlement(Verb.B, dead.rid(), dead.lease()))));

        Map<Long, Verdicts> issued = jointly(
                batch(reused, claim(reused, 2, 1), again),
                batch(buried, dead, claim(buried, 2, 1)),
                batch(plain, claim(plain, 1, 1)));

        assertThat(issued).containsOnlyKeys(plain);
        isWhole(reused, 0);
        isWhole(buried, 0);
    }

    @Test
    void undoesAllWhenANumberOrACodeIsTaken() {
        long event = db.campaign(10, 5);
        long plain = db.campaign(10, 5);
        Claim has = claim(event, 1, 1);
        jointly(batch(event, has));
        long rows = outboxRows();

        assertThat(jointly(batch(plain, claim(plain, 1, 1)), batch(event, claim(event, 1, 1))))
                .isEmpty();
        Claim sameCode = claim(event, 2, UUID.randomUUID(), UUID.randomUUID(), 1, EPOCH, has.code());
        assertThat(jointly(batch(plain, claim(plain, 1, 1)), batch(event, sameCode)))
                .isEmpty();

        isWhole(event, 1);
        isWhole(plain, 0);
        assertThat(outboxRows()).isEqualTo(rows);
    }

    @Test
    void waitsForNoCampaign() {
        long locked = db.campaign(10, 5);
        long plain = db.campaign(10, 5);

        Map<Long, Verdicts> issued = await(db.pool().withTransaction(somebody -> somebody.query(
                        "select from coupon_events where id = " + locked + " for update")
                .execute()
                .compose(rows -> db.issuing()
                        .issueJointly(List.of(batch(locked, claim(locked, 1, 1)), batch(plain, claim(plain, 1, 1)))))));

        assertThat(issued).containsOnlyKeys(plain);
        isWhole(locked, 0);
    }

    /** The same keys on other campaigns, in another order: they wait for each other in one order, and all end. */
    @Test
    void endsWhenKeysRace() {
        int size = 60;
        long[][] events = new long[3][size];
        for (long[] own : events) Arrays.setAll(own, i -> db.campaign(100_000, 90));
        for (int round = 0; round < 15; round++) {
            UUID[] keys = Stream.generate(UUID::randomUUID).limit(size).toArray(UUID[]::new);
            var under = new ArrayList<Future<?>>();
            for (int racer = 0; racer < events.length; racer++) {
                var batches = new ArrayList<Batch>();
                for (int i = 0; i < size; i++) {
                    long event = events[racer][i];
                    batches.add(batch(event, claim(event, round, keys[i], UUID.randomUUID(), 1)));
                }
                Collections.rotate(batches, racer * size / 3);
                under.add(db.issuing().issueJointly(batches));
            }
            under.forEach(ClaimsDatabase::await);
        }

        assertThat(db.number("select count(*) from coupon_events e where issued_count"
                        + " <> (select count(*) from user_coupons c where c.event_id = e.id)"))
                .isZero();
        assertThat(db.number("select count(distinct rid) from user_coupons where event_id >= $1", events[0][0]))
                .isEqualTo(db.number("select count(*) from user_coupons where event_id >= $1", events[0][0]))
                .isEqualTo(15L * size);
    }
}
