package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.await;
import static io.couponrush.issuance.ClaimsDatabase.claim;
import static io.couponrush.issuance.CouponBook.Decision.BARRED;
import static io.couponrush.issuance.CouponBook.Decision.DRAW;
import static io.couponrush.issuance.CouponBook.Decision.ISSUED;
import static io.couponrush.issuance.CouponBook.Decision.REPLAY;
import static io.couponrush.issuance.CouponBook.Decision.VOID;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Postgres has the last word on who a campaign is for. */
class AudienceDecisionsIT {
    private static ClaimsDatabase db;

    @BeforeAll
    static void open() {
        db = new ClaimsDatabase();
    }

    @AfterAll
    static void close() {
        db.close();
    }

    private static long restricted() {
        long event = db.campaign(10, 3);
        db.set(event, "audience = 'restricted'");
        invite(event, 1);
        return event;
    }

    private static void invite(long event, long user) {
        db.run("insert into event_audience (event_id, user_id) values ($1, $2)", event, user);
    }

    private static boolean goesFast(long event, Claim... claims) {
        return await(db.store().issueFast(event, claims[0].epoch(), List.of(claims)))
                .isPresent();
    }

    @Test
    void theFastPathTakesBatchesOfGuestsOnly() {
        long event = restricted();
        assertThat(goesFast(event, claim(event, 1, 1))).isTrue();
        assertThat(goesFast(event, claim(event, 1, 2), claim(event, 2, 1))).isFalse();
        assertThat(db.number("select issued_count from coupon_events where id = $1", event))
                .isEqualTo(1);
    }

    @Test
    void aStrangerInABatchHoldsUpNobody() {
        long event = restricted();
        assertThat(db.decide(event, claim(event, 2, 1), claim(event, 1, 1), claim(event, 3, 1)))
                .containsExactly(BARRED, ISSUED, BARRED);
    }

    @Test
    void whoIsNotInvitedAnyMoreIsReplayed() {
        long event = restricted();
        Claim first = claim(event, 1, 1);
        assertThat(db.decide(event, first)).containsExactly(ISSUED);
        db.run("delete from event_audience where event_id = $1", event);
        assertThat(db.decide(event, first, claim(event, 1, 2))).containsExactly(REPLAY, BARRED);
    }

    /** Somebody was told so for good; the same statement may be on its way once more. */
    @Test
    void whatWasBarredStaysSoWhenItsUserIsInvitedLater() {
        long event = restricted();
        Claim claim = claim(event, 2, 1);
        assertThat(db.decide(event, claim)).containsExactly(BARRED);
        invite(event, 2);
        assertThat(goesFast(event, claim)).isFalse();
        assertThat(db.decide(event, claim)).containsExactly(VOID);
        assertThat(db.decide(event, claim(event, 2, 1))).containsExactly(ISSUED);
    }

    @Test
    void onlyWinnersAreIssuedCouponsOfADraw() {
        long event = db.campaign(10, 1);
        db.set(event, "mode = 'draw'");
        assertThat(goesFast(event, claim(event, 1, 1))).isFalse();
        assertThat(db.decide(event, claim(event, 1, 1))).containsExactly(DRAW);
        db.set(event, "end_time = now() - interval '1 minute', paused = true");
        db.run("insert into draw_winners (event_id, place, user_id) values ($1, 1, 2)", event);
        Claim won = claim(event, 2, 1);
        assertThat(db.decide(event, claim(event, 1, 1), won)).containsExactly(DRAW, ISSUED);
        assertThat(db.decide(event, won)).containsExactly(REPLAY);
    }

    /** The last word is not the draw's: a winner may be taken off the list before the coupon is issued. */
    @Test
    void aWinnerWhoIsNotInvitedAnyMoreGetsNothing() {
        long event = db.campaign(10, 1);
        db.set(event, "mode = 'draw', audience = 'restricted', end_time = now() - interval '1 minute'");
        db.run("insert into draw_winners (event_id, place, user_id) values ($1, 1, 1), ($1, 2, 2)", event);
        invite(event, 1);
        invite(event, 3);
        assertThat(db.decide(event, claim(event, 1, 1), claim(event, 2, 1), claim(event, 3, 1), claim(event, 4, 1)))
                .containsExactly(ISSUED, BARRED, DRAW, DRAW);
    }
}
