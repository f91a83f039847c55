package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.campaign.Audience;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.DiscountType;
import io.couponrush.campaign.Mode;
import io.couponrush.campaign.Terms;
import io.couponrush.http.Answer;
import io.couponrush.http.Contract;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What a claim needs besides Redis and Postgres. */
@State(Scope.Thread)
public class ClaimSpeed {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Buffer body = Buffer.buffer("{\"eventId\":4711}");
    private final Buffer odd = Buffer.buffer("{\"eventId\":4711.0}");
    private final Contract.Checker checker = new Contract().checker("IssueRequest");
    private final CouponCodes codes = new CouponCodes();
    private final CouponText text = new CouponText();
    private final Issued coupon =
            new Issued(123_456_789, "CR-0123456789A", NOON, NOON.plus(Duration.ofDays(30)), false);
    private final Campaign campaign = new Campaign(4711, terms(), false, 10, 0, 1, 0, 1, NOON);

    private static Terms terms() {
        return new Terms(
                "Welcome",
                "",
                100,
                NOON,
                NOON.plus(Duration.ofHours(1)),
                1,
                DiscountType.PERCENTAGE,
                new BigDecimal("10.00"),
                new BigDecimal("10000"),
                new BigDecimal("5000.50"),
                30,
                "CR",
                "",
                Audience.PUBLIC,
                Mode.RUSH);
    }

    /** The plain form. */
    @Benchmark
    public long bodyReadInOnePass() {
        return IssueBody.eventId(body);
    }

    /** Any other form: strict JSON and the contract's schema. */
    @Benchmark
    public Answer<JsonObject> bodyCheckedAgainstTheContract() {
        return checker.check(odd);
    }

    /** 55 random bits. */
    @Benchmark
    public String couponCode() {
        return codes.next("CR");
    }

    /** The answer's JSON. */
    @Benchmark
    public Buffer couponText() {
        return text.of(coupon, campaign, 7);
    }

    /** What makes a repeated claim the same claim. */
    @Benchmark
    public UUID ridOfAKey() {
        return IdempotencyKey.rid(7, "flash-lq2x-4711");
    }
}
