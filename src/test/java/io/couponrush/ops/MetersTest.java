package io.couponrush.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.Refusal;
import io.couponrush.http.ProblemCode;
import java.time.Instant;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MetersTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private final Metrics metrics = new Metrics();
    private final Meters meters = new Meters(metrics.registry());

    @Test
    void hasEachCounterAtZeroFromTheStart() {
        assertThat(scrape("couponrush_"))
                .contains("couponrush_claims_total{outcome=\"issued\"} 0.0")
                .contains("couponrush_claims_total{outcome=\"rate_limited\"} 0.0")
                .contains("couponrush_reservations_voided_total 0.0")
                .contains("couponrush_reservations_fenced_total 0.0")
                .contains("couponrush_reservations_refused_total 0.0")
                .contains("couponrush_reservations_found_total 0.0")
                .contains("couponrush_rebuilds_total 0.0")
                .contains("couponrush_leases_open 0.0")
                .contains("couponrush_reconnects_total{target=\"redis\"} 0.0")
                .contains("couponrush_logins_failed_total{why=\"otp_invalid\"} 0.0")
                .contains("couponrush_commit_batch_count 0")
                .contains("couponrush_reserve_batch_bucket{le=\"256.0\"} 0");
        for (Refusal why : Refusal.values()) {
            assertThat(scrape("couponrush_")).contains("couponrush_claims_total{outcome=\"" + why + "\"} 0.0");
        }
    }

    @Test
    void countsEachClaimOnce() {
        var counted = new TreeMap<String, IssueOutcome>();
        counted.put("issued", new IssueOutcome.Issued(1, "CR-1", NOON, NOON, false));
        counted.put("replayed", new IssueOutcome.Issued(1, "CR-1", NOON, NOON, true));
        counted.put("deferred", new IssueOutcome.Deferred(false, 1));
        counted.put("overloaded", new IssueOutcome.Deferred(true, 1));
        for (Refusal why : Refusal.values()) {
            counted.put(why.name(), new IssueOutcome.Refused(why));
        }
        counted.values().forEach(meters::claim);
        meters.rateLimited();
        assertThat(scrape("couponrush_claims_total{"))
                .hasSize(counted.size() + 1)
                .allMatch(line -> line.endsWith("} 1.0"));
    }

    @Test
    void countsWhyLoginsFailAndNothingElseThatWasRefused() {
        meters.logins().failed(ProblemCode.INVALID_CREDENTIALS);
        meters.logins().failed(ProblemCode.INVALID_CREDENTIALS);
        meters.logins().failed(ProblemCode.ACCOUNT_LOCKED);
        meters.logins().failed(ProblemCode.OVERLOADED);
        assertThat(scrape("couponrush_logins_failed_total{"))
                .hasSize(5)
                .contains(
                        "couponrush_logins_failed_total{why=\"invalid_credentials\"} 2.0",
                        "couponrush_logins_failed_total{why=\"account_locked\"} 1.0",
                        "couponrush_logins_failed_total{why=\"oidc_login_failed\"} 0.0");
    }

    @Test
    void showsTheStockOfABoundedNumberOfEvents() {
        for (int event = 1; event <= 150; event++) {
            meters.stock(event, 7);
        }
        meters.stockGone(1);
        assertThat(scrape("couponrush_stock_remaining{"))
                .hasSize(LiveStock.EVENTS - 1)
                .contains("couponrush_stock_remaining{event=\"2\"} 7.0")
                .noneMatch(line -> line.contains("event=\"1\""));
    }

    @Test
    void timesAnswersInTheBucketsOfTheDashboards() {
        meters.route("/api/coupons/issue").answered(201, 3_000_000);
        meters.route("/api/coupons/issue").answered(409, 30_000_000);
        List<String> lines = scrape("couponrush_http_");
        assertThat(lines)
                .contains("couponrush_http_requests_total{route=\"/api/coupons/issue\",status=\"2xx\"} 1.0")
                .contains("couponrush_http_requests_total{route=\"/api/coupons/issue\",status=\"4xx\"} 1.0")
                .contains("couponrush_http_requests_total{route=\"/api/coupons/issue\",status=\"5xx\"} 0.0")
                .contains("couponrush_http_response_time_seconds_bucket{route=\"/api/coupons/issue\",le=\"0.0025\"} 0")
                .contains("couponrush_http_response_time_seconds_bucket{route=\"/api/coupons/issue\",le=\"0.005\"} 1")
                .contains("couponrush_http_response_time_seconds_bucket{route=\"/api/coupons/issue\",le=\"+Inf\"} 2");
        assertThat(lines.stream().filter(line -> line.contains("_bucket"))).hasSize(12);
    }

    private List<String> scrape(String prefix) {
        return Stream.of(metrics.registry().scrape().split("\n", -1))
                .filter(line -> line.startsWith(prefix))
                .toList();
    }
}
