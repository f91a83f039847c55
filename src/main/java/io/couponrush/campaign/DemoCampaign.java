package io.couponrush.campaign;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The campaign that {@code dev} starts with. */
public final class DemoCampaign {
    private static final String TITLE = "신규 가입 환영 쿠폰";
    private static final Duration RUNS = Duration.ofDays(30);

    private DemoCampaign() {}

    /** Open from now on. */
    public static Terms terms(Instant now) {
        Instant start = now.truncatedTo(ChronoUnit.SECONDS);
        return new Terms(
                TITLE,
                "10% off your first purchase. First come, first served.",
                1000,
                start,
                start.plus(RUNS),
                1,
                DiscountType.PERCENTAGE,
                BigDecimal.TEN,
                BigDecimal.valueOf(10_000),
                BigDecimal.ZERO,
                30,
                "WELCOME",
                "One coupon a person. Valid for 30 days on purchases of 10,000 won or more.",
                Audience.PUBLIC,
                Mode.RUSH);
    }
}
