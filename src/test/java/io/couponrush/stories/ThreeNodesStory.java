package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.Page;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Browsers meet one node, claims another, and a third one tells who got what. */
class ThreeNodesStory {
    private static RunningService browsers;
    private static RunningService claims;
    private static RunningService telling;

    @BeforeAll
    static void start() {
        var clustering = Clustering.of(3);
        Map<String, String> shared =
                RunningService.environment(Backends.shared().redisUri());
        shared.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
        shared.put("COUPONRUSH_HTTP_PORT", "0");
        shared.put("COUPONRUSH_ISSUANCE_REMOTE", "true");
        shared.put("COUPONRUSH_HTTP_INSTANCES", "1");
        claims = node(shared, clustering.env(0), "http,issuance");
        browsers = node(shared, clustering.env(1), "http");
        telling = node(shared, clustering.env(2), "notification");
    }

    private static RunningService node(Map<String, String> shared, Map<String, String> own, String roles) {
        var env = new HashMap<>(shared);
        env.putAll(own);
        env.put("COUPONRUSH_ROLES", roles);
        return RunningService.with(env);
    }

    @AfterAll
    static void stop() {
        browsers.close();
        claims.close();
        telling.close();
    }

    @Test
    void whoListensAtOneNodeHearsOfACouponFromAnother() {
        long sale = claims.staff().opens(Sale.of(10));
        var callers = browsers.callers(1);
        try (var page = new Page(browsers, callers.one())) {
            await().until(page::isListening);
            Answers answers = callers.at(claims).allClaim(sale);
            long coupon = answers.issued().get(0).couponId();
            await().atMost(Duration.ofSeconds(60)) // the nodes have only just met
                    .untilAsserted(() -> assertThat(page.coupons()).containsExactly(coupon));
            assertThat(page.pushed()).as("at most once").isLessThanOrEqualTo(1);
        }
    }

    @Test
    void aNodeWithoutIssuingHasClaimsIssuedByAnother() {
        long sale = browsers.staff().opens(Sale.of(20));
        var answers = browsers.callers(30).allClaimWithKeys(sale, 1);
        assertThat(answers.tally()).containsOnly(Map.entry("201", 20L), Map.entry("COUPON_SOLD_OUT", 10L));
        Sold.exactly(claims, sale, 20, answers);
    }
}
