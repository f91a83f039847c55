package io.couponrush.campaign;

import static io.couponrush.campaign.CampaignStatus.ACTIVE;
import static io.couponrush.campaign.CampaignStatus.ENDED;
import static io.couponrush.campaign.CampaignStatus.SCHEDULED;
import static io.couponrush.campaign.Sample.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.http.Answer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a campaign: what each action makes of each status, by table and by chance. */
class CampaignLifeTest {
    private static final Instant END = NOON.plus(Duration.ofHours(1));
    /** A campaign at a time at which it is in that status. */
    private record Moment(Campaign campaign, Instant now) {
        static Moment of(CampaignStatus status) {
            var moment =
                    switch (status) {
                        case SCHEDULED -> new Moment(Sample.campaign(), NOON.minusSeconds(60));
                        case ACTIVE -> new Moment(Sample.campaign(), NOON.plusSeconds(60));
                        case PAUSED -> new Moment(Sample.campaign().withPaused(true), NOON.plusSeconds(60));
                        case ENDED -> new Moment(Sample.campaign(), END);
                    };
            assertThat(moment.campaign.status(moment.now)).isEqualTo(status);
            return moment;
        }
    }

    /** Every action; those in a request carry what the row of the table says. */
    private static Map<String, Edit> actions() {
        Map<String, Edit> actions = new LinkedHashMap<>();
        actions.put("pause", Edit.PAUSE);
        actions.put("resume", Edit.RESUME);
        actions.put("end", Edit.END);
        actions.put("texts", new Patch(new JsonObject().put("title", "Thanks").put("terms", "All gone")));
        actions.put(
                "stock, limit",
                new Patch(new JsonObject().put("totalCount", 200).put("maxPerUser", 2)));
        actions.put(
                "end later",
                new Patch(new JsonObject().put("endTime", END.plusSeconds(9).toString())));
        actions.put(
                "end earlier",
                new Patch(new JsonObject().put("endTime", END.minusSeconds(9).toString())));
        return actions;
    }

    @Test
    void everyActionInEveryStatusIsAsDocumented() throws IOException {
        assertThat(Files.readString(Path.of("docs/architecture.md"))).contains(table());
    }

    private static String table() {
        String head = "| action | scheduled | active | paused | ended |\n| --- | --- | --- | --- | --- |\n";
        return actions().entrySet().stream()
                .map(action -> "| " + action.getKey() + " | "
                        + Stream.of(CampaignStatus.values())
                                .map(status -> cell(Moment.of(status), action.getValue()))
                                .collect(Collectors.joining(" | "))
                        + " |")
                .collect(Collectors.joining("\n", head, "\n"));
    }

    private static String cell(Moment moment, Edit action) {
        Campaign before = moment.campaign;
        Instant now = moment.now;
        if (!(action.apply(before, now) instanceof Answer.Given<Campaign> given)) {
            return "409";
        }
        Campaign after = given.value();
        return after.equals(before)
                ? "as it is"
                : after.status(now).wire() + (Edit.fences(before, after) ? ", fenced" : "");
    }

    /**
     * Any actions at any times: the end is for ever, a pause ends only by resuming or the end, nothing is active outside of
     * its window, what was issued stays covered, and what claims depend on does not change without a fence.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void anyLifeIsAProperOne(long seed) {
        var random = new SplittableRandom(seed);
        for (int life = 0; life < 2_000; life++) {
            live(random);
        }
    }

    private static void live(SplittableRandom random) {
        Instant now = NOON.minusSeconds(random.nextLong(600));
        Campaign campaign = Sample.campaign();
        Edit[] actions = actions().values().toArray(Edit[]::new);
        for (int step = 0; step < 12; step++) {
            now = now.plusMillis(random.nextLong(900_000));
            Campaign before = sell(campaign, now, random);
            CampaignStatus was = before.status(now);
            Answer<Campaign> answer = actions[random.nextInt(actions.length)].apply(before, now);
            Campaign after = answer instanceof Answer.Given<Campaign> given ? given.value() : before;
            CampaignStatus is = after.status(now);
            if (was == ENDED) assertThat(is).isEqualTo(ENDED);
            if (is == SCHEDULED) assertThat(was).isNotEqualTo(ACTIVE);
            if (is != was) assertThat(Edit.fences(before, after)).isTrue();
            if (is == ACTIVE) {
                assertThat(now)
                        .isBetween(
                                after.terms().startTime(),
                                after.terms().endTime().minusNanos(1));
                assertThat(after.paused()).isFalse();
            }
            assertThat(after.terms().startTime()).isBefore(after.terms().endTime());
            assertThat(after.remainingCount()).isNotNegative();
            assertThat(after.paused() || !before.paused() || is == ENDED || Edit.fences(before, after))
                    .isTrue();
            campaign = after;
        }
    }

    /** As issuing would, which happens only while it is active. */
    private static Campaign sell(Campaign campaign, Instant now, SplittableRandom random) {
        if (campaign.status(now) != ACTIVE) {
            return campaign;
        }
        int more = random.nextInt(campaign.remainingCount() + 1);
        return new Campaign(
                1,
                campaign.terms(),
                campaign.paused(),
                campaign.issuedCount() + more,
                0,
                1,
                0,
                1,
                campaign.createdAt());
    }
}
