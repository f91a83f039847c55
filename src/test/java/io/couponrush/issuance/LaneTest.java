package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.Ledger.Ask;
import io.couponrush.issuance.Ledger.Reserved;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.issuance.SimulatedPostgres.Campaign;
import io.couponrush.issuance.SimulatedPostgres.Sent;
import io.couponrush.ops.Meters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LaneTest {
    private static final long EVENT = 1;
    private static final int BATCH = 2;
    private static final long EMPTY_WAIT_MS = 500;

    private final LaneBench bench = new LaneBench();
    private final List<IssueOutcome> answers = new ArrayList<>();
    private final Lane lane = bench.lane(EVENT, BATCH, EMPTY_WAIT_MS);

    @BeforeEach
    void openTheCampaign() {
        open(10, 2);
    }

    private void open(int stock, int perUser) {
        bench.runFor(5);
        bench.postgres().add(new Campaign(EVENT, stock, perUser, 0, Long.MAX_VALUE));
        load(stock, perUser);
    }

    /** Redis in the next epoch, as if a rebuild had just ended. */
    private void load(int stock, int perUser) {
        long epoch = bench.postgres()
                .beginEpoch(EVENT, bench.postgres().campaign(EVENT).epoch())
                .orElseThrow()
                .epoch();
        bench.redis()
                .load(EVENT, new Epoch(epoch, stock, perUser, 0), bench.redis().run());
        bench.redis().loadCounts(EVENT, epoch, Map.of(), true);
    }

    @Test
    void answersWithTheCouponThatWasCommitted() {
        offer(claim(1));

        assertThat(answers).singleElement().isInstanceOfSatisfying(Issued.class, coupon -> assertThat(coupon.replayed())
                .isFalse());
        assertThat(bench.postgres().rows()).hasSize(1);
    }

    @Test
    void answersNobodyBeforeTheCommit() {
        bench.holdCommits();
        offer(claim(1));
        assertThat(answers).isEmpty();

        bench.letCommitsGo();

        assertThat(answers).hasSize(1);
    }

    @Test
    void reservesTogetherWhatArrivesTogether() {
        lane.offer(claim(1));
        lane.offer(claim(2));
        bench.run();

        assertThat(bench.reservations()).containsExactly(2);
    }

    @Test
    void keepsTheLeaseWhenTheAnswerIsLost() {
        bench.loseCommitAnswers(Integer.MAX_VALUE);
        Claim claim = claim(1);

        offer(claim);
        claim.answer(new Deferred(false, 1));
        bench.runFor(1_000);

        assertThat(bench.settled()).isEmpty();
        assertThat(bench.leases(EVENT)).containsOnlyKeys(claim.rid());
    }

    @Test
    void sendsTheSameLeaseAgainWhenTheAnswerIsLost() {
        bench.loseCommitAnswers(3);

        offer(claim(1));
        bench.runFor(1_000);

        assertThat(answers).hasOnlyElementsOfType(Issued.class).hasSize(1);
        assertThat(bench.sent())
                .extracting(Sent::lease)
                .containsOnly(bench.sent().get(0).lease());
        assertThat(bench.postgres().rows()).hasSize(1);
        assertThat(bench.undecided()).containsExactly(Meters.Path.FAST, Meters.Path.SLOW, Meters.Path.SLOW);
        assertThat(bench.found()).isOne();
    }

    @Test
    void leavesToTheSweeperWhatWasReservedForAClientThatHasLeft() {
        Claim claim = claim(1);
        lane.offer(claim);
        bench.afterReserving(() -> claim.answer(new Deferred(false, 1)));

        bench.run();

        assertThat(bench.postgres().rows()).isEmpty();
        assertThat(bench.redis().snapshot(EVENT, bench.redis().run()).leases())
                .extracting(Settlement::rid)
                .containsExactly(claim.rid());
    }

    @Test
    void reservesNothingForAClientThatHasLeft() {
        Claim claim = claim(1);
        claim.answer(new Deferred(false, 1));

        offer(claim);

        assertThat(bench.reservations()).isEmpty();
    }

    @Test
    void givesTheSecondUnitBackOnReplay() {
        Claim first = claim(1);
        offer(first);
        bench.runFor(10);

        offer(again(first));
        bench.runFor(10);

        assertThat(bench.settled()).extracting(Ledger.Settlement::verb).containsExactly(Verb.C, Verb.B);
        assertThat(bench.stock(EVENT)).isEqualTo(9);
        assertThat(answers.get(1)).isInstanceOfSatisfying(Issued.class, coupon -> assertThat(coupon.replayed())
                .isTrue());
    }

    @Test
    void asksPostgresBeforeRefusingAKey() {
        open(1, 1);
        Claim first = claim(1);
        offer(first);
        bench.runFor(10);

        offer(again(first));
        offer(claim(2));

        assertThat(answers.get(1)).isInstanceOf(Issued.class);
        assertThat(answers.get(2)).isEqualTo(new Refused(Refusal.COUPON_SOLD_OUT));
    }

    /** One question more than one, so that a lost answer holds nobody up, and no more. */
    @Test
    void asksOnceAboutAllWhoWereTurnedAwayMeanwhile() {
        open(1, 1);
        offer(claim(1));
        bench.holdLookups();

        for (int user = 2; user <= 9; user++) {
            offer(claim(user));
        }
        assertThat(bench.lookups()).containsExactly(1, 1);

        bench.letLookupsGo();
        assertThat(bench.lookups()).containsExactly(1, 1, 6);
        assertThat(answers).hasSize(9).endsWith(new Refused(Refusal.COUPON_SOLD_OUT));
    }

    @Test
    void looksAgainWhenALookupIsLost() {
        open(1, 1);
        offer(claim(1));
        bench.loseLookups(2);

        offer(claim(2));
        bench.runFor(100);

        assertThat(answers.get(1)).isEqualTo(new Refused(Refusal.COUPON_SOLD_OUT));
    }

    @Test
    void defersSoonWhatNobodyCanLookUp() {
        open(1, 1);
        offer(claim(1));
        bench.loseLookups(3);

        offer(claim(2));
        bench.runFor(100);

        assertThat(answers.get(1)).isEqualTo(new Deferred(false, 1));
    }

    @Test
    void tellsAUserAtTheLimitWhatItHas() {
        open(9, 1);
        offer(claim(1));
        bench.runFor(10);

        offer(claim(1));

        String code = ((Issued) answers.get(0)).couponCode();
        assertThat(answers.get(1)).isEqualTo(new Refused(Refusal.USER_LIMIT_EXCEEDED, List.of(code)));
    }

    /** What is only reserved may come to nothing. */
    @Test
    void refusesNobodyForCouponsThatAreNotDecidedYet() {
        open(9, 1);
        bench.holdCommits();
        offer(claim(1));
        bench.runFor(5);

        offer(claim(1));
        bench.runFor(50);
        assertThat(answers).isEmpty();

        bench.letCommitsGo();
        bench.runFor(50);
        String code = ((Issued) answers.get(0)).couponCode();
        assertThat(answers.get(1)).isEqualTo(new Refused(Refusal.USER_LIMIT_EXCEEDED, List.of(code)));
    }

    /** Units are left: that somebody waits for a decision of their own says nothing about the stock. */
    @Test
    void looksForLostUnitsOnlyWhenThereAreNone() {
        open(10, 1);
        Settlement first = consumedElsewhere(1);
        Settlement second = consumedElsewhere(2);
        bench.redis().settle(EVENT, bench.postgres().campaign(EVENT).epoch(), List.of(second), 0);
        offer(claim(1));
        assertThat(answers).as("waits for the other node").isEmpty();
        bench.redis().settle(EVENT, bench.postgres().campaign(EVENT).epoch(), List.of(first), 0);

        offer(claim(2));

        assertThat(bench.epochsBegun()).isZero();
    }

    @Test
    void isNotIdleWhileRedisHasNotHeardOfADecision() {
        lane.offer(claim(1));
        bench.run();
        assertThat(answers).hasSize(1);
        assertThat(bench.settled()).isEmpty();
        assertThat(lane.idle()).isFalse();

        bench.runFor(10);

        assertThat(bench.settled()).hasSize(1);
        assertThat(lane.idle()).isTrue();
    }

    @Test
    void refusesAtOnceWithoutAKey() {
        open(1, 1);
        offer(claim(1));
        bench.runFor(10);
        bench.forbidLookups();

        offer(new Claim(new IssueCommand(EVENT, 2, UUID.randomUUID(), false), 0, answers::add));

        assertThat(answers.get(1)).isEqualTo(new Refused(Refusal.COUPON_SOLD_OUT));
    }

    @Test
    void neverReservesMoreThanTheBacklogAllows() {
        bench.holdCommits();
        open(1_000, 1);

        for (int user = 0; user < 100; user++) {
            lane.offer(claim(user));
        }
        bench.runFor(100);

        int inFlight = BATCH;
        int backlog = 4 * BATCH;
        assertThat(bench.leases(EVENT)).hasSizeLessThanOrEqualTo(inFlight + backlog + BATCH);
        bench.letCommitsGo();
        bench.runFor(100);
        assertThat(answers).hasSize(100).hasOnlyElementsOfType(Issued.class);
    }

    @Test
    void answersTheParkedAsSoldOutAfterTheLastCommit() {
        open(1, 1);
        bench.holdCommits();
        offer(claim(1));
        offer(claim(2));
        assertThat(answers).isEmpty();

        bench.letCommitsGo();

        assertThat(answers.get(0)).isInstanceOf(Issued.class);
        assertThat(answers.get(1)).isEqualTo(new Refused(Refusal.COUPON_SOLD_OUT));
    }

    @Test
    void defersTheParkedWhenTheOthersTakeTooLong() {
        open(1, 1);
        bench.holdCommits();
        offer(claim(1));
        offer(claim(2));

        bench.runFor(EMPTY_WAIT_MS + 50);

        assertThat(answers).containsExactly(new Deferred(false, 1));
    }

    @Test
    void findsOutThatNothingIsLeftWhenNobodyLivedToSaySo() {
        open(1, 1);
        Campaign campaign = bench.postgres().campaign(EVENT);
        bench.postgres().issueBatch(EVENT, campaign.epoch(), List.of(sent(9)));
        bench.redis().reserve(EVENT, bench.redis().run(), 1, List.of(new Ask(new UUID(9, 9), 9, new UUID(9, 8))));
        bench.redis()
                .settle(
                        EVENT,
                        campaign.epoch(),
                        List.of(new Ledger.Settlement(Verb.C, new UUID(9, 9), new UUID(9, 8))),
                        0);

        offer(claim(2));
        bench.runFor(50);

        assertThat(answers).containsExactly(new Refused(Refusal.COUPON_SOLD_OUT));
    }

    @Test
    void splitsAPoisonedBatch() {
        lane.offer(claim(1));
        lane.offer(claim(SimulatedPostgres.POISON));
        lane.offer(claim(2));

        bench.runFor(100);

        assertThat(answers).hasSize(2).hasOnlyElementsOfType(Issued.class);
        assertThat(bench.leases(EVENT)).hasSize(1);
    }

    @Test
    void givesADeadLeaseBackAndReservesAnother() {
        bench.beforeCommitting(
                sent -> bench.postgres().resolve(List.of(new Ledger.Settlement(Verb.B, sent.rid(), sent.lease()))));

        offer(claim(1));
        bench.runFor(100);

        assertThat(answers).singleElement().isInstanceOf(Issued.class);
        assertThat(bench.settled()).extracting(Ledger.Settlement::verb).containsExactly(Verb.B, Verb.C);
        assertThat(bench.stock(EVENT)).isEqualTo(9);
    }

    @Test
    void sendsAKeyOnceInABatch() {
        bench.holdCommits();
        offer(claim(8));
        Claim first = claim(1);
        offer(first);
        long epoch = bench.postgres().campaign(EVENT).epoch();
        var twin = new Sent(first.rid(), 1, first.lease(), "CR-TWIN", 0); // by another node, and settled
        assertThat(bench.postgres().issueBatch(EVENT, epoch, List.of(twin)).issued())
                .isEqualTo(1);
        bench.redis().settle(EVENT, epoch, List.of(new Ledger.Settlement(Verb.C, first.rid(), first.lease())), 0);
        offer(again(first)); // holds another lease, behind the first

        bench.letCommitsGo();
        bench.runFor(100);

        assertThat(answers).hasSize(3).hasOnlyElementsOfType(Issued.class);
        assertThat(bench.stock(EVENT)).isEqualTo(8);
        assertThat(bench.leases(EVENT)).isEmpty();
    }

    @Test
    void takesAnotherCodeWhenOneIsTaken() {
        bench.nextCodes("CR-SAME", "CR-SAME", "CR-OTHER");
        offer(claim(1));

        offer(claim(2));
        bench.runFor(100);

        assertThat(answers).extracting(a -> ((Issued) a).couponCode()).containsExactly("CR-SAME", "CR-OTHER");
    }

    @Test
    void loadsRedisWhenItKnowsNothing() {
        bench.redis().wipe();

        offer(claim(1));
        bench.runFor(100);

        assertThat(answers).singleElement().isInstanceOf(Issued.class);
        assertThat(bench.epochsBegun()).isEqualTo(1);
    }

    @Test
    void loadsRedisWhenItStaysBehindPostgres() {
        bench.postgres().beginEpoch(EVENT, bench.postgres().campaign(EVENT).epoch()); // and its node dies

        offer(claim(1));
        bench.runFor(100);

        assertThat(answers).singleElement().isInstanceOf(Issued.class);
        assertThat(bench.epochsBegun()).isEqualTo(1);
    }

    @Test
    void onlyAsksWhenTheCampaignLooksClosed() {
        Claim bought = claim(1);
        offer(bought);
        bench.runFor(10);
        bench.postgres().change(EVENT, c -> c.pause(true));
        int reserved = bench.reservations().size();

        lane.offerToAsk(again(bought));
        lane.offerToAsk(claim(2));
        bench.runFor(100);

        assertThat(answers.get(1)).isInstanceOf(Issued.class);
        assertThat(answers.get(2)).isEqualTo(new Refused(Refusal.EVENT_PAUSED));
        assertThat(bench.reservations()).hasSize(reserved);
    }

    @Test
    void claimsTheUsualWayWhenTheCampaignOnlyLookedClosed() {
        lane.offerToAsk(claim(1));
        bench.runFor(100);

        assertThat(answers).singleElement().isInstanceOf(Issued.class);
    }

    @Test
    void goesToPostgresAloneWhileRedisIsAway() {
        bench.redisGoesAway();

        offer(claim(1));

        assertThat(answers).singleElement().isInstanceOf(Issued.class);
        assertThat(bench.reservations()).isEmpty();
    }

    @Test
    void sendsNothingDirectlyForAClientThatHasLeft() {
        bench.redisGoesAway();
        bench.holdStock();
        Claim claim = claim(1);
        offer(claim);
        claim.answer(new Deferred(false, 1));

        bench.letStockGo();

        assertThat(bench.sent()).isEmpty();
        assertThat(bench.postgres().rows()).isEmpty();
    }

    @Test
    void isIdleOnlyWhenNothingIsUnderWay() {
        bench.holdCommits();
        assertThat(lane.idle()).isTrue();
        offer(claim(1));
        assertThat(lane.idle()).isFalse();

        bench.letCommitsGo();
        bench.runFor(50);

        assertThat(lane.idle()).isTrue();
    }

    @Test
    void countsTheReservationsThatPostgresHasNothingFor() {
        open(9, 1);
        Campaign campaign = bench.postgres().campaign(EVENT);
        bench.postgres().issueBatch(EVENT, campaign.epoch(), List.of(sent(1)));

        offer(claim(1)); // Redis does not know of that coupon
        offer(claim(2));
        campaign.resize(2);
        offer(claim(3));
        bench.runFor(10);

        assertThat(answers).extracting(Object::getClass).containsExactly(Refused.class, Issued.class, Refused.class);
        assertThat(bench.refused()).isEqualTo(2);
        assertThat(bench.leases(EVENT)).isEmpty();
    }

    @Test
    void countsNoRefusalOfWhatWasNotReserved() {
        open(1, 1);
        offer(claim(1));
        bench.redisGoesAway();
        offer(claim(2));
        bench.runFor(10);

        assertThat(answers).extracting(Object::getClass).containsExactly(Issued.class, Refused.class);
        assertThat(bench.refused()).isZero();
        assertThat(bench.found()).isZero();
    }

    @Test
    void refusesWhatPostgresRefuses() {
        open(1, 1);
        Campaign campaign = bench.postgres().campaign(EVENT);
        campaign.resize(0);

        offer(claim(1));
        bench.runFor(10);

        assertThat(answers).containsExactly(new Refused(Refusal.COUPON_SOLD_OUT));
        assertThat(bench.settled()).extracting(Ledger.Settlement::verb).containsExactly(Verb.S);
    }

    /** Another node holds a unit for that user; what it will tell Redis. */
    private Settlement consumedElsewhere(long user) {
        var ask = new Ask(UUID.randomUUID(), user, UUID.randomUUID());
        Reserved reserved = bench.redis().reserve(EVENT, bench.redis().run(), 10_000, List.of(ask));
        assertThat(reserved.answers()).singleElement().isInstanceOf(Reservation.Held.class);
        return new Settlement(Verb.C, ask.rid(), ask.newLease());
    }

    private void offer(Claim claim) {
        lane.offer(claim);
        bench.run();
    }

    private Claim claim(long user) {
        return claim(user, UUID.randomUUID());
    }

    private Claim claim(long user, UUID rid) {
        return new Claim(new IssueCommand(EVENT, user, rid, true), Long.MAX_VALUE, answers::add);
    }

    /** The same key once more. */
    private Claim again(Claim first) {
        return claim(first.userId(), first.rid());
    }

    private static Sent sent(long user) {
        return new Sent(new UUID(user, user), user, new UUID(user, 8), "CR-" + user, 0);
    }
}
