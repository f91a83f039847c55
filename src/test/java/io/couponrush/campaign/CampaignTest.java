package io.couponrush.campaign;

import static io.couponrush.campaign.CampaignStatus.ACTIVE;
import static io.couponrush.campaign.CampaignStatus.ENDED;
import static io.couponrush.campaign.CampaignStatus.PAUSED;
import static io.couponrush.campaign.CampaignStatus.SCHEDULED;
import static io.couponrush.campaign.Sample.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CampaignTest {
    private static final Instant END = NOON.plus(Duration.ofHours(1));
    private final Campaign campaign = Sample.campaign();

    @Test
    void opensAtTheStartAndNotBefore() {
        assertThat(campaign.status(NOON.minusNanos(1))).isEqualTo(SCHEDULED);
        assertThat(campaign.status(NOON)).isEqualTo(ACTIVE);
    }

    @Test
    void hasEndedAtTheEndAndNotBefore() {
        assertThat(campaign.status(END.minusNanos(1))).isEqualTo(ACTIVE);
        assertThat(campaign.status(END)).isEqualTo(ENDED);
    }

    @Test
    void showsAPauseUntilTheEnd() {
        Campaign paused = campaign.withPaused(true);
        assertThat(paused.status(NOON.minusNanos(1))).isEqualTo(PAUSED);
        assertThat(paused.status(NOON)).isEqualTo(PAUSED);
        assertThat(paused.status(END)).isEqualTo(ENDED);
    }

    @Test
    void isSoldOutInOddGenerations() {
        assertThat(generation(0).soldOut()).isFalse();
        assertThat(generation(1).soldOut()).isTrue();
        assertThat(generation(2).soldOut()).isFalse();
    }

    @Test
    void writesMoneyPlainlyAndInstantsInUtc() {
        JsonObject event = EventJson.of(campaign, NOON);
        assertThat(event.encode())
                .contains(
                        "\"discountValue\":10,",
                        "\"minPurchaseAmount\":10000,",
                        "\"startTime\":\"2026-01-01T12:00:00Z\"")
                .contains("\"status\":\"active\"", "\"soldOut\":false", "\"remainingCount\":100")
                .doesNotContain("codePrefix");
    }

    @Test
    void lowerVersionOrEpochIsOlder() {
        Campaign known = Sample.campaign(2, 20, 5);
        assertThat(Sample.campaign(1, 20, 5).olderThan(known)).isTrue();
        assertThat(Sample.campaign(2, 19, 5).olderThan(known)).isTrue();
        assertThat(Sample.campaign(2, 20, 4).olderThan(known)).isFalse();
    }

    private Campaign generation(int generation) {
        return new Campaign(1, Sample.terms(), false, 0, 0, 1, generation, 1, NOON);
    }
}
