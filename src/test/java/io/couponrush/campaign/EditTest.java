package io.couponrush.campaign;

import static io.couponrush.campaign.Sample.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.Problem.FieldError;
import io.couponrush.http.ProblemCode;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class EditTest {
    private static final Instant END = NOON.plus(Duration.ofHours(1));
    private static final Instant DURING = NOON.plus(Duration.ofMinutes(1));
    private final Campaign campaign = Sample.campaign();
    private final Campaign begun = Sample.campaign(1, 1, 40);

    @Test
    void pausingTwiceIsPausingOnce() {
        Campaign paused = given(Edit.PAUSE.apply(campaign, DURING));
        assertThat(paused.paused()).isTrue();
        assertThat(given(Edit.PAUSE.apply(paused, DURING))).isEqualTo(paused);
        assertThat(given(Edit.RESUME.apply(paused, DURING))).isEqualTo(campaign);
        assertThat(given(Edit.RESUME.apply(campaign, DURING))).isEqualTo(campaign);
    }

    @Test
    void endedEventIsNeitherPausedNorResumed() {
        assertThat(denied(Edit.PAUSE.apply(campaign, END)).code()).isEqualTo(ProblemCode.EVENT_STATE_CONFLICT);
        assertThat(denied(Edit.RESUME.apply(campaign, END)).code()).isEqualTo(ProblemCode.EVENT_STATE_CONFLICT);
    }

    @Test
    void endingEndsNow() {
        Campaign ended = given(Edit.END.apply(campaign, DURING));
        assertThat(ended.terms()).isEqualTo(campaign.terms().withWindow(NOON, DURING));
        assertThat(given(Edit.END.apply(ended, DURING))).isEqualTo(ended);
    }

    @Test
    void whatHasNotStartedIsCalledOff() {
        Instant before = NOON.minusSeconds(60);
        Campaign ended = given(Edit.END.apply(campaign, before));
        assertThat(ended.status(before)).isEqualTo(CampaignStatus.ENDED);
        assertThat(ended.terms().startTime()).isBefore(ended.terms().endTime());
    }

    @Test
    void endingInTheVeryFirstInstantKeepsTheWindowAWindow() {
        Campaign ended = given(Edit.END.apply(campaign, NOON));
        assertThat(ended.terms().startTime()).isBefore(ended.terms().endTime());
    }

    @Test
    void patchKeepsWhatItDoesNotName() {
        Campaign patched = given(patch(begun, new JsonObject().put("totalCount", 50)));
        assertThat(patched.terms().totalCount()).isEqualTo(50);
        assertThat(patched.terms().title()).isEqualTo("Welcome");
        assertThat(given(patch(begun, new JsonObject()))).isEqualTo(begun);
    }

    @Test
    void totalNeverGoesBelowWhatIsIssued() {
        assertThat(conflict(patch(begun, new JsonObject().put("totalCount", 39))))
                .isTrue();
        assertThat(conflict(patch(begun, new JsonObject().put("totalCount", 40))))
                .isFalse();
    }

    @Test
    void whatCouponsWereIssuedUnderStays() {
        assertThat(conflict(patch(begun, new JsonObject().put("startTime", "2026-01-01T12:00:01Z"))))
                .isTrue();
        assertThat(conflict(patch(begun, new JsonObject().put("discountValue", 11))))
                .isTrue();
        assertThat(conflict(patch(begun, new JsonObject().put("maxDiscountAmount", 0))))
                .isTrue();
        assertThat(conflict(patch(begun, new JsonObject().put("maxDiscountAmount", 5000.5))))
                .isFalse();
        assertThat(conflict(patch(begun, new JsonObject().put("startTime", "2026-01-01T21:00:00+09:00"))))
                .isFalse();
        assertThat(conflict(patch(campaign, new JsonObject().put("startTime", "2026-01-01T12:00:01Z"))))
                .isFalse();
    }

    @Test
    void whatWasRevokedWasIssued() {
        var revoked = new Campaign(1, Sample.terms(), false, 0, 1, 1, 0, 1, Sample.NOON);
        assertThat(conflict(patch(revoked, new JsonObject().put("discountValue", 11))))
                .isTrue();
        assertThat(conflict(patch(revoked, new JsonObject().put("totalCount", 1))))
                .isFalse();
    }

    @Test
    void limitPerUserOnlyGrowsOnceCouponsAreIssued() {
        Campaign three = begun.with(new TermsBody(new JsonObject().put("maxPerUser", 3)).over(begun.terms()));
        assertThat(conflict(patch(three, new JsonObject().put("maxPerUser", 2))))
                .isTrue();
        assertThat(conflict(patch(three, new JsonObject().put("maxPerUser", 4))))
                .isFalse();
    }

    @Test
    void endIsNotMovedIntoThePast() {
        var past = new JsonObject().put("endTime", "2026-01-01T12:00:30Z");
        assertThat(conflict(patch(campaign, past))).isTrue();
    }

    @Test
    void onlyTextsChangeAfterTheEnd() {
        var texts = new JsonObject().put("title", "Thanks").put("description", "It is over");
        assertThat(conflict(new Patch(texts).apply(campaign, END))).isFalse();
        assertThat(conflict(new Patch(texts.copy().put("totalCount", 200)).apply(campaign, END)))
                .isTrue();
        assertThat(conflict(new Patch(new JsonObject().put("endTime", "2027-01-01T00:00:00Z")).apply(campaign, END)))
                .isTrue();
    }

    @Test
    void namesEachFieldThatIsWrong() {
        var body = new JsonObject()
                .put("startTime", "tomorrow")
                .put("discountValue", new BigDecimal("100.01"))
                .put("minPurchaseAmount", new BigDecimal("0.001"));
        assertThat(denied(patch(campaign, body)).errors())
                .extracting(FieldError::field)
                .containsExactlyInAnyOrder("startTime", "discountValue", "minPurchaseAmount");
    }

    @Test
    void endIsAfterStart() {
        var body = new JsonObject().put("startTime", "2026-01-01T13:00:00Z");
        assertThat(denied(patch(campaign, body)).errors())
                .containsExactly(new FieldError("endTime", "must be after startTime"));
    }

    @Test
    void hugeMoneyIsAnErrorAndNotAHugeNumber() {
        var body = new JsonObject().put("minPurchaseAmount", new BigDecimal("1E+999999999"));
        assertThat(denied(patch(campaign, body)).errors())
                .containsExactly(new FieldError("minPurchaseAmount", "is too large"));
    }

    @Test
    void newEventEndsInTheFuture() {
        var body = new TermsBody(new JsonObject()
                .put("title", "Late")
                .put("totalCount", 1)
                .put("startTime", "2026-01-01T10:00:00Z")
                .put("endTime", "2026-01-01T12:00:00Z")
                .put("discountType", "fixed")
                .put("discountValue", 1000));
        assertThat(body.create(NOON).validDays()).isEqualTo(30);
        assertThat(body.errors()).containsExactly(new FieldError("endTime", "must be in the future"));
    }

    @Test
    void ifMatchAsksForTheVersionOnly() {
        assertThat(new IfMatch(null).holds(campaign)).isTrue();
        assertThat(new IfMatch("*").holds(campaign)).isTrue();
        assertThat(new IfMatch(ETag.of(begun, DURING)).holds(campaign)).isTrue();
        assertThat(new IfMatch("\"7\", W/\"1.3.0.active\"").holds(campaign)).isTrue();
        assertThat(new IfMatch("\"10.0.0.active\"").holds(campaign)).isFalse();
        assertThat(new IfMatch("1").holds(campaign)).isFalse();
        assertThat(new IfMatch("").holds(campaign)).isFalse();
    }

    private static Answer<Campaign> patch(Campaign campaign, JsonObject body) {
        return new Patch(body).apply(campaign, DURING);
    }

    private static boolean conflict(Answer<Campaign> answer) {
        return answer instanceof Answer.Denied<Campaign> denied
                && denied.problem().code() == ProblemCode.EVENT_STATE_CONFLICT;
    }

    private static Campaign given(Answer<Campaign> answer) {
        return ((Answer.Given<Campaign>) answer).value();
    }

    private static Problem denied(Answer<Campaign> answer) {
        return ((Answer.Denied<Campaign>) answer).problem();
    }
}
