package io.couponrush.campaign;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;

/** Campaigns for tests. */
final class Sample {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private Sample() {}

    static Terms terms() {
        return terms(NOON, NOON.plus(Duration.ofHours(1)));
    }

    static Terms terms(Instant start, Instant end) {
        return new Terms(
                "Welcome",
                "",
                100,
                start,
                end,
                1,
                DiscountType.PERCENTAGE,
                new BigDecimal("10.00"),
                new BigDecimal("1E+4"),
                new BigDecimal("5000.50"),
                30,
                "CR",
                "",
                Audience.PUBLIC,
                Mode.RUSH);
    }

    static Campaign campaign(int version, long epoch, int issued) {
        return new Campaign(1, terms(), false, issued, 0, epoch, 0, version, NOON);
    }

    static Campaign campaign() {
        return campaign(1, 1, 0);
    }

    static Campaign soldOut() {
        return new Campaign(1, terms(), false, 100, 0, 1, 1, 1, NOON);
    }
}
