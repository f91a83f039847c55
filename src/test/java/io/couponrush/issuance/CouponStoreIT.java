package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.EPOCH;
import static io.couponrush.issuance.ClaimsDatabase.again;
import static io.couponrush.issuance.ClaimsDatabase.await;
import static io.couponrush.issuance.ClaimsDatabase.claim;
import static io.couponrush.issuance.ClaimsDatabase.verdict;
import static io.couponrush.issuance.CouponBook.Decision.CLOSED;
import static io.couponrush.issuance.CouponBook.Decision.FENCED;
import static io.couponrush.issuance.CouponBook.Decision.ISSUED;
import static io.couponrush.issuance.CouponBook.Decision.KEY_REUSED;
import static io.couponrush.issuance.CouponBook.Decision.LIMIT;
import static io.couponrush.issuance.CouponBook.Decision.NO_EVENT;
import static io.couponrush.issuance.CouponBook.Decision.REPLAY;
import static io.couponrush.issuance.CouponBook.Decision.RETRY;
import static io.couponrush.issuance.CouponBook.Decision.SOLD_OUT;
import static io.couponrush.issuance.CouponBook.Decision.VOID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.couponrush.issuance.CouponBook.Decision;
import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class CouponStoreIT {
    private static ClaimsDatabase db;

    @BeforeAll
    static void open() {
        db = new ClaimsDatabase();
    }

    @AfterAll
    static void close() {
        db.close();
    }

    private static Optional<Verdicts> fast(long event, Claim... claims) {
        return await(
                db.store().issueFast(event, claims[0].epoch(), List.of(claims)).otherwise(Optional.empty()));
    }

    private static long rows(long event) {
        return db.number("select count(*) from user_coupons where event_id = $1", event);
    }

    private static long issuedCount(long event) {
        return db.number("select issued_count::bigint from coupon_events where id = $1", event);
    }

    private static List<String> outbox(long event, String topic) {
        return db.texts("select payload from outbox where event_id = $1 and topic = $2 order by id", event, topic);
    }

    private static List<String> numbers(long event, long user) {
        return db.texts("select seq from user_coupons where event_id = $1 and user_id = $2 order by 1", event, user);
    }

    private static void bury(long event, Claim claim) {
        await(db.store().resolve(event, List.of(new Settlement(Verb.B, claim.rid(), claim.lease()))));
    }

    @Nested
    class Batch {
        @Test
        void issuesAndTellsInOneRow() {
            long event = db.campaign(10, 2);
            Claim first = claim(event, 1, 1);
            Claim second = claim(event, 2, 1);

            Verdicts verdicts = db.batch(event, first, second);

            assertThat(verdict(verdicts, first).decision()).isEqualTo(ISSUED);
            assertThat(verdict(verdicts, second).sameLease()).isTrue();
            assertThat(List.of(verdicts.issued(), verdicts.total(), verdicts.generation()))
                    .containsExactly(2, 10, 0);
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(2);
            List<String> ids = db.texts("select id from user_coupons where event_id = $1 order by id", event);
            assertThat(outbox(event, "coupon.issued"))
                    .containsExactly("{\"couponIds\":[" + String.join(",", ids) + "]}");
        }

        @Test
        void keepsWhatItWasGiven() {
            long event = db.campaign(10, 2);
            Claim claim = claim(event, 1, 1);

            var coupon = verdict(db.batch(event, claim), claim).coupon();

            assertThat(await(db.store().stored(event, Set.of(claim.rid()), Set.of()))
                            .get(0)
                            .coupon())
                    .isEqualTo(coupon);
            assertThat(db.texts(
                            """
                            select lease || ' ' || epoch || ' ' || coupon_code || ' ' || (expires_at - issued_at)
                              from user_coupons where rid = $1
                            """,
                            claim.rid()))
                    .containsExactly(claim.lease() + " " + EPOCH + " " + claim.code() + " 30 days");
        }

        @Test
        void replaysTheReservationThatWasConsumed() {
            long event = db.campaign(10, 2);
            Claim claim = claim(event, 1, 1);
            var issued = verdict(db.batch(event, claim), claim);

            var replayed = verdict(db.batch(event, claim), claim);

            assertThat(replayed.decision()).isEqualTo(REPLAY);
            assertThat(replayed.sameLease()).isTrue();
            assertThat(replayed.coupon()).isEqualTo(issued.coupon());
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(1);
        }

        @Test
        void tellsAnotherReservationFromTheOneConsumed() {
            long event = db.campaign(10, 2);
            Claim claim = claim(event, 1, 1);
            db.batch(event, claim);
            Claim second = again(claim, UUID.randomUUID());

            var replayed = verdict(db.batch(event, second), second);

            assertThat(replayed.decision()).isEqualTo(REPLAY);
            assertThat(replayed.sameLease()).isFalse();
        }

        @Test
        void replaysWhateverHasHappenedSince() {
            long event = db.campaign(1, 1);
            Claim claim = claim(event, 1, 1);
            db.batch(event, claim);
            db.set(event, "end_time = now() - interval '1 minute', paused = true, epoch = 99");

            assertThat(db.decide(event, claim)).containsExactly(REPLAY);
        }

        @Test
        void refusesTheKeyOfAnotherCampaign() {
            Claim claim = claim(0, 1, 1);
            db.batch(db.campaign(10, 2), claim);
            long other = db.campaign(10, 2);

            assertThat(db.decide(other, claim)).containsExactly(KEY_REUSED);
            assertThat(rows(other)).isZero();
        }

        @Test
        void refusesTheKeyOfAnotherUser() {
            long event = db.campaign(10, 2);
            Claim claim = claim(event, 1, 1);
            db.batch(event, claim);
            Claim thief = claim(event, 2, claim.rid(), claim.lease(), 1);

            assertThat(db.decide(event, thief)).containsExactly(KEY_REUSED);
        }

        @Test
        void refusesADeadReservation() {
            long event = db.campaign(10, 2);
            Claim dead = claim(event, 1, 1);
            Claim alive = claim(event, 2, 1);
            bury(event, dead);

            assertThat(db.decide(event, dead, alive)).containsExactly(VOID, ISSUED);
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(1);
        }

        @Test
        void knowsNoSuchCampaign() {
            assertThat(db.decide(-7, claim(-7, 1, 1))).containsExactly(NO_EVENT);
            assertThat(db.batch(-7, claim(-7, 1, 1)).soldOut()).isFalse();
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "NOT_OPEN; start_time = now() + interval '1 minute'",
                    "CLOSED;   end_time = now() - interval '1 millisecond'",
                    "PAUSED;   paused = true",
                    "FENCED;   epoch = epoch + 1"
                })
        void issuesNothing(Decision why, String assignments) {
            long event = db.campaign(10, 2);
            db.set(event, assignments);

            assertThat(db.decide(event, claim(event, 1, 1), claim(event, 2, 1))).containsExactly(why, why);
            assertThat(rows(event)).isZero();
            assertThat(issuedCount(event)).isZero();
            assertThat(outbox(event, "coupon.issued")).isEmpty();
        }

        @Test
        void onlyAsksBelowEpochZero() {
            long event = db.campaign(10, 2);
            Claim issued = claim(event, 1, 1);
            db.batch(event, issued);
            Claim known = claim(event, 1, issued.rid(), issued.rid(), 0, Claim.ASK_ONLY, "CR-A");
            Claim unknown = claim(event, 1, UUID.randomUUID(), UUID.randomUUID(), 0, Claim.ASK_ONLY, "CR-B");

            assertThat(db.decide(event, known, unknown)).containsExactly(REPLAY, FENCED);
            assertThat(rows(event)).isEqualTo(1);
        }

        @Test
        void givesOneUserNoMoreThanTheLimit() {
            long event = db.campaign(10, 2);

            assertThat(db.decide(event, claim(event, 1, 1), claim(event, 1, 2), claim(event, 1, 3)))
                    .containsExactly(ISSUED, ISSUED, LIMIT);
            assertThat(db.decide(event, claim(event, 1, 1), claim(event, 2, 1))).containsExactly(LIMIT, ISSUED);
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(3);
        }

        @Test
        void sellsTheLastUnitToTheFirstInTheBatch() {
            long event = db.campaign(2, 1);

            assertThat(db.decide(event, claim(event, 1, 1), claim(event, 2, 1), claim(event, 3, 1)))
                    .containsExactly(ISSUED, ISSUED, SOLD_OUT);
            assertThat(db.decide(event, claim(event, 4, 1))).containsExactly(SOLD_OUT);
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(2);
        }

        @Test
        void refusesForTheLimitWithoutCountingThatUserForTheStock() {
            long event = db.campaign(2, 1);

            assertThat(db.decide(event, claim(event, 1, 1), claim(event, 1, 2), claim(event, 2, 1)))
                    .containsExactly(ISSUED, LIMIT, ISSUED);
        }

        @Test
        void fillsHolesInTheNumbersOfAUser() {
            long event = db.campaign(10, 3);
            db.batch(event, claim(event, 1, 1), claim(event, 1, 2), claim(event, 1, 3));
            db.run("delete from user_coupons where event_id = $1 and seq <> 2", event);
            db.set(event, "issued_count = 1");

            assertThat(db.decide(event, claim(event, 1, 3), claim(event, 1, 3), claim(event, 1, 3)))
                    .containsExactly(ISSUED, ISSUED, LIMIT);
            assertThat(numbers(event, 1)).containsExactly("1", "2", "3");
        }

        @Test
        void decidesAKeyOnceInABatch() {
            long event = db.campaign(2, 2);
            Claim claim = claim(event, 1, 1);

            assertThat(db.decide(event, claim, claim, claim(event, 2, 1))).containsExactly(ISSUED, ISSUED, ISSUED);
            assertThat(rows(event)).isEqualTo(2);
        }

        @Test
        void asksForAnotherCodeWhenOneIsTaken() {
            long event = db.campaign(10, 2);
            db.batch(event, claim(event, 1, UUID.randomUUID(), UUID.randomUUID(), 1, EPOCH, "CR-TAKEN"));
            Claim unlucky = claim(event, 2, UUID.randomUUID(), UUID.randomUUID(), 1, EPOCH, "CR-TAKEN");
            Claim other = claim(event, 3, 1);

            assertThat(db.decide(event, unlucky, other)).containsExactly(RETRY, ISSUED);
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(2);
        }

        @Test
        void refusesNobodyForAUnitThatACollisionLeftOver() {
            long event = db.campaign(2, 1);
            db.batch(event, claim(event, 1, UUID.randomUUID(), UUID.randomUUID(), 1, EPOCH, "CR-ONCE"));
            Claim unlucky = claim(event, 2, UUID.randomUUID(), UUID.randomUUID(), 1, EPOCH, "CR-ONCE");

            assertThat(db.decide(event, unlucky, claim(event, 3, 1))).containsExactly(RETRY, RETRY);
        }

        @Test
        void refusesNobodyForANumberThatACollisionLeftOver() {
            long event = db.campaign(9, 1);
            db.batch(event, claim(event, 1, UUID.randomUUID(), UUID.randomUUID(), 1, EPOCH, "CR-TWICE"));
            Claim unlucky = claim(event, 2, UUID.randomUUID(), UUID.randomUUID(), 1, EPOCH, "CR-TWICE");

            assertThat(db.decide(event, unlucky, claim(event, 2, 2))).containsExactly(RETRY, RETRY);
        }

        @Test
        void buriesWhatCameTooEarly() {
            long event = db.campaign(10, 2);
            db.set(event, "start_time = now() + interval '1 minute'");
            Claim early = claim(event, 1, 1);
            db.batch(event, early);
            db.set(event, "start_time = now() - interval '1 minute'");

            assertThat(fast(event, early)).isEmpty();
            assertThat(db.decide(event, early)).containsExactly(VOID);
        }

        @Test
        void looksAtTheClockWhenTheLockIsHeld() {
            long event = db.campaign(10, 2);
            Claim late = claim(event, 1, 1);

            Verdicts verdicts = afterTheEnd(event, () -> db.store().issueBatch(event, EPOCH, List.of(late)));

            assertThat(verdict(verdicts, late).decision()).isEqualTo(CLOSED);
        }

        @Test
        void tellsEachTurnOfTheStockOnce() {
            long event = db.campaign(1, 1);
            db.batch(event, claim(event, 1, 1));
            db.batch(event, claim(event, 2, 1));
            db.set(event, "total_count = 3, soldout_generation = 2");
            db.batch(event, claim(event, 2, 1));
            assertThat(outbox(event, "coupon.soldout")).hasSize(1);

            Verdicts last = db.batch(event, claim(event, 3, 1), claim(event, 4, 1));

            assertThat(last.generation()).isEqualTo(3);
            assertThat(last.soldOut()).isTrue();
            assertThat(db.texts(
                            "select dedup from outbox where event_id = $1 and topic = 'coupon.soldout' order by id",
                            event))
                    .containsExactly("soldout:" + event + ":1", "soldout:" + event + ":3");
            assertThat(outbox(event, "coupon.soldout").get(1))
                    .isEqualTo("{\"eventId\":" + event + ",\"eventTitle\":\"sale\",\"generation\":3}");
        }
    }

    @Nested
    class Fast {
        @Test
        void issuesAllAndTellsInOneRow() {
            long event = db.campaign(2, 2);
            Claim first = claim(event, 1, 1);
            Claim second = claim(event, 1, 2);

            Verdicts verdicts = fast(event, first, second).orElseThrow();

            assertThat(verdict(verdicts, first).decision()).isEqualTo(ISSUED);
            assertThat(verdict(verdicts, second).decision()).isEqualTo(ISSUED);
            assertThat(verdicts.soldOut()).isTrue();
            assertThat(verdicts.generation()).isEqualTo(1);
            assertThat(numbers(event, 1)).containsExactly("1", "2");
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(2);
            List<String> ids = db.texts("select id from user_coupons where event_id = $1 order by id", event);
            assertThat(outbox(event, "coupon.issued"))
                    .containsExactly("{\"couponIds\":[" + String.join(",", ids) + "]}");
            assertThat(outbox(event, "coupon.soldout")).hasSize(1);
            assertThat(db.decide(event, first, second)).containsExactly(REPLAY, REPLAY);
        }

        static Stream<Arguments> reasons() {
            UUID taken = UUID.randomUUID();
            return Stream.of(
                    arguments("another epoch", "epoch = epoch + 1", claim(0, 1, 1)),
                    arguments("paused", "paused = true", claim(0, 1, 1)),
                    arguments("not open", "start_time = now() + interval '1 minute'", claim(0, 1, 1)),
                    arguments("closed", "end_time = now() - interval '1 ms'", claim(0, 1, 1)),
                    arguments("over the stock", "total_count = 2", claim(0, 1, 1)),
                    arguments("number above the limit", "max_per_user = 2", claim(0, 1, 3)),
                    arguments("number below 1", "max_per_user = 2", claim(0, 1, 0)),
                    arguments("number taken", "max_per_user = 2", claim(0, 9, 1)),
                    arguments("key taken", "id = default", claim(0, 9, taken, UUID.randomUUID(), 2)),
                    arguments(
                            "code taken",
                            "paused = false",
                            claim(0, 1, UUID.randomUUID(), UUID.randomUUID(), 1, EPOCH, "CR-FAST")));
        }

        @ParameterizedTest(name = "{0}")
        @MethodSource("reasons")
        void issuesNothingAtAll(String why, String assignments, Claim odd) {
            long event = db.campaign(3, 2);
            UUID rid = "key taken".equals(why) ? odd.rid() : UUID.randomUUID();
            String code = "code taken".equals(why) ? odd.code() : "CR-" + UUID.randomUUID();
            db.batch(event, claim(event, 9, rid, UUID.randomUUID(), 1, EPOCH, code));
            if (!"key taken".equals(why)) {
                db.set(event, assignments);
            }

            assertThat(fast(event, claim(event, 2, 1), odd)).isEmpty();
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(1);
            assertThat(outbox(event, "coupon.issued")).hasSize(1);
            db.run("delete from user_coupons where event_id = $1", event);
        }

        @Test
        void issuesNothingWithADeadReservation() {
            long event = db.campaign(3, 2);
            Claim dead = claim(event, 1, 1);
            bury(event, dead);

            assertThat(fast(event, claim(event, 2, 1), dead)).isEmpty();
            assertThat(rows(event)).isZero();
            assertThat(issuedCount(event)).isZero();
        }

        @Test
        void looksAtTheClockWhenTheLockIsHeld() {
            long event = db.campaign(10, 2);

            Optional<Verdicts> verdicts = afterTheEnd(event, () -> db.store()
                    .issueFast(event, EPOCH, List.of(claim(event, 1, 1)))
                    .otherwise(Optional.empty()));

            assertThat(verdicts).isEmpty();
            assertThat(rows(event)).isZero();
        }
    }

    @Nested
    class Races {
        @Test
        void letTheSameKeysEndOnOneOfTwoCampaigns() {
            long here = db.campaign(5_000, 1);
            long there = db.campaign(5_000, 1);
            for (int round = 0; round < 20; round++) {
                Claim[] claims = IntStream.range(0, 100)
                        .mapToObj(user -> claim(here, user + 1L, 1))
                        .toArray(Claim[]::new);
                db.run("delete from user_coupons where event_id in ($1, $2)", here, there);
                Claim[] twins =
                        Arrays.stream(claims).map(c -> again(c, c.lease())).toArray(Claim[]::new);
                Collections.reverse(Arrays.asList(twins));

                Future<Verdicts> one = db.store().issueBatch(here, EPOCH, List.of(claims));
                Future<Verdicts> two = db.store().issueBatch(there, EPOCH, List.of(twins));

                var decisions = new ArrayList<Decision>();
                await(one).byRid().values().forEach(v -> decisions.add(v.decision()));
                await(two).byRid().values().forEach(v -> decisions.add(v.decision()));
                assertThat(decisions).hasSize(200).isSubsetOf(ISSUED, RETRY, KEY_REUSED);
                assertThat(decisions.stream().filter(d -> d == ISSUED)).hasSize(100);
            }
        }

        @Test
        void giveNobodyMoreThanTheLimit() {
            long event = db.campaign(100_000, 2);
            for (long user = 1; user <= 30; user++) {
                var under = new ArrayList<Future<?>>();
                for (int i = 0; i < 4; i++) {
                    Claim[] batch = {claim(event, user, 1), claim(event, user, 2)};
                    under.add(
                            i % 2 == 0
                                    ? db.store().issueBatch(event, EPOCH, List.of(batch))
                                    : db.store()
                                            .issueFast(event, EPOCH, List.of(batch))
                                            .otherwise(Optional.empty()));
                }
                for (Future<?> one : under) {
                    await(one);
                }
                assertThat(numbers(event, user)).containsExactly("1", "2");
            }
            assertThat(issuedCount(event)).isEqualTo(rows(event));
        }

        @Test
        void neverSellMoreThanTheStock() {
            long event = db.campaign(25, 1);
            var under = new ArrayList<Future<Verdicts>>();
            for (int i = 0; i < 12; i++) {
                Claim[] batch = {claim(event, 10 + i, 1), claim(event, 30 + i, 1), claim(event, 50 + i, 1)};
                under.add(db.store().issueBatch(event, EPOCH, List.of(batch)));
            }
            for (Future<Verdicts> one : under) {
                await(one);
            }
            assertThat(issuedCount(event)).isEqualTo(rows(event)).isEqualTo(25);
            assertThat(outbox(event, "coupon.soldout")).hasSize(1);
        }
    }

    @Nested
    class Sweeping {
        @Test
        void keepsALateStatementFromUsingADeadReservation() {
            long event = db.campaign(10, 2);
            Claim late = claim(event, 1, 1);

            List<Settlement> resolved =
                    await(db.store().resolve(event, List.of(new Settlement(Verb.B, late.rid(), late.lease()))));

            assertThat(resolved).containsExactly(new Settlement(Verb.B, late.rid(), late.lease()));
            assertThat(fast(event, late)).isEmpty();
            assertThat(db.decide(event, late)).containsExactly(VOID);
        }

        @Test
        void waitsForTheBatchThatIsBeingDecided() {
            long event = db.campaign(10, 2);
            Claim slow = claim(event, 1, 1);
            SqlConnection session = await(db.pool().getConnection());
            await(session.query("begin").execute());
            await(session.query("select * from issue_batch(" + event + ", " + EPOCH + ", array['" + slow.rid()
                            + "'::uuid], array[1::bigint], array['" + slow.lease() + "'::uuid], array['CR-SLOW'])")
                    .execute());

            Future<List<Settlement>> resolving =
                    db.store().resolve(event, List.of(new Settlement(Verb.B, slow.rid(), slow.lease())));
            await(db.pool().query("select pg_sleep(0.2)").execute());
            await(session.query("commit").execute());
            await(session.close());

            assertThat(await(resolving)).extracting(Settlement::verb).containsExactly(Verb.C);
        }

        @Test
        void tellsTheReservationThatWasConsumedFromTheOther() {
            long event = db.campaign(10, 2);
            Claim issued = claim(event, 1, 1);
            db.batch(event, issued);
            UUID other = UUID.randomUUID();

            List<Settlement> resolved = await(db.store()
                    .resolve(
                            event,
                            List.of(
                                    new Settlement(Verb.B, issued.rid(), issued.lease()),
                                    new Settlement(Verb.B, issued.rid(), other))));

            assertThat(resolved)
                    .containsExactlyInAnyOrder(
                            new Settlement(Verb.C, issued.rid(), issued.lease()),
                            new Settlement(Verb.B, issued.rid(), other));
        }

        @Test
        void forgetsDeadReservationsAfterADay() {
            long event = db.campaign(10, 2);
            Claim old = claim(event, 1, 1);
            Claim young = claim(event, 1, 1);
            bury(event, old);
            bury(event, young);
            db.run("update void_leases set at = now() - interval '25 hours' where lease = $1", old.lease());

            db.run("insert into void_leases (lease, at)"
                    + " select gen_random_uuid(), now() - interval '26 hours' from generate_series(1, 12000)");

            assertThat(await(db.store().pruneVoidLeases())).isEqualTo(12_001);
            assertThat(db.decide(event, young)).containsExactly(VOID);
        }
    }

    @Nested
    class Epochs {
        @Test
        void haveOneWinner() {
            long event = db.campaign(10, 2);
            db.batch(event, claim(event, 1, 1));

            Future<Optional<Epoch>> one = db.store().beginEpoch(event, EPOCH);
            Future<Optional<Epoch>> two = db.store().beginEpoch(event, EPOCH);

            var won =
                    Stream.of(await(one), await(two)).flatMap(Optional::stream).toList();
            assertThat(won).hasSize(1);
            assertThat(won.get(0).epoch()).isGreaterThan(1_000_000_000_000L);
            assertThat(List.of(
                            won.get(0).free(),
                            won.get(0).maxPerUser(),
                            won.get(0).generation()))
                    .containsExactly(9, 2, 0);
            assertThat(await(db.store().stock(event)).orElseThrow().epoch())
                    .isEqualTo(won.get(0).epoch());
        }

        @Test
        void growEvenWhenTheClockIsBehind() {
            long event = db.campaign(10, 2);
            long ahead = 9_000_000_000_000L;
            db.set(event, "epoch = " + ahead);

            assertThat(await(db.store().beginEpoch(event, ahead)).orElseThrow().epoch())
                    .isEqualTo(ahead + 1);
        }

        @Test
        void countOnlyWhatWasIssuedBefore() {
            long event = db.campaign(10, 3);
            db.batch(event, claim(event, 1, 1), claim(event, 1, 2), claim(event, 4, 1));
            long next = await(db.store().beginEpoch(event, EPOCH)).orElseThrow().epoch();
            db.batch(event, claim(event, 1, UUID.randomUUID(), UUID.randomUUID(), 1, next, "CR-NEXT"));

            var page = await(db.store().countsBefore(event, next, 0));

            assertThat(page.counts()).containsOnly(Map.entry(1L, 2), Map.entry(4L, 1));
            assertThat(page.nextId()).isZero();
        }

        @Test
        void areSweptFromTheStartUntilADayAfterTheEnd() {
            long open = db.campaign(10, 3);
            long early = db.campaign(10, 3);
            db.set(early, "start_time = now() + interval '1 minute'");
            long over = db.campaign(10, 3);
            db.set(over, "end_time = now() - interval '1 hour', start_time = now() - interval '2 hours'");
            long forgotten = db.campaign(10, 3);
            db.set(forgotten, "start_time = now() - interval '3 days', end_time = now() - interval '2 days'");

            var swept = await(db.store().sweepable());

            assertThat(swept).extracting(CouponBook.Sweepable::eventId).contains(open, over);
            assertThat(swept).extracting(CouponBook.Sweepable::eventId).doesNotContain(early, forgotten);
            assertThat(swept)
                    .filteredOn(s -> s.eventId() == open)
                    .extracting(CouponBook.Sweepable::expireAt)
                    .containsExactly(0L);
            assertThat(swept)
                    .filteredOn(s -> s.eventId() == over)
                    .extracting(CouponBook.Sweepable::expireAt)
                    .doesNotContain(0L);
        }
    }

    @Test
    void findsRowsByKeyAnywhereAndByUserHere() {
        long here = db.campaign(10, 3);
        long there = db.campaign(10, 3);
        Claim mine = claim(here, 71, 1);
        Claim elsewhere = claim(there, 71, 1);
        Claim others = claim(here, 72, 1);
        db.batch(here, mine, others);
        db.batch(there, elsewhere);

        var found = await(db.store().stored(here, Set.of(elsewhere.rid()), Set.of(71L)));

        assertThat(found).extracting(CouponBook.Stored::rid).containsExactlyInAnyOrder(mine.rid(), elsewhere.rid());
    }

    /** Holds the campaign's row from before its end until after it, while the statement waits. */
    private static <T> T afterTheEnd(long event, Supplier<Future<T>> statement) {
        db.set(event, "end_time = clock_timestamp() + interval '300 ms'");
        SqlConnection session = await(db.pool().getConnection());
        await(session.query("begin").execute());
        await(session.query("select 1 from coupon_events where id = " + event + " for update")
                .execute());
        Future<T> waiting = statement.get();
        await(session.query("select pg_sleep(0.5)").execute());
        await(session.query("commit").execute());
        await(session.close());
        return await(waiting);
    }
}
