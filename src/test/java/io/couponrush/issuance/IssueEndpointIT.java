package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.SoldOutFlags;
import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.http.AddressLimit;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.ClientAddress;
import io.couponrush.http.Contract;
import io.couponrush.http.HttpVerticle;
import io.couponrush.http.RateLimiter;
import io.couponrush.http.Role;
import io.couponrush.ops.Meters;
import io.couponrush.testkit.RawHttp;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IssueEndpointIT {
    /** Or its key could be refused elsewhere, and issued here much later. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 13\r\n\r\n{\"eventId\":1}",
                "Content-Length: 18\r\n\r\n{\"event\\u0049d\":1}",
                "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"e\r\n4\r\nvent\r\n6\r\nId\":1}\r\n0\r\n\r\n"
            })
    void waitsForAnUnknownCampaignOnlyForAMoment(String body) throws Exception {
        Vertx vertx = Vertx.vertx();
        Settings settings = SettingsLoader.read(Profile.DEV, Map.of("COUPONRUSH_HTTP_PORT", "0"))
                .settings();
        var meters = new Meters(new SimpleMeterRegistry());
        var silent = new Campaigns(id -> Promise.<Campaign>promise().future(), System::nanoTime);
        var endpoint = new IssueEndpoint(
                vertx,
                settings,
                new Contract(),
                new Authentication(token -> new Caller(1, "a@b.example", Role.USER, UUID.randomUUID())),
                new RateLimiter("issue", 5, 10, 10),
                new AddressLimit(new ClientAddress(List.of()), "issue-address", 0, 1_000),
                silent,
                new SoldOutFlags(System::nanoTime),
                InstantSource.system(),
                meters,
                new RefusalTally(counts -> Future.succeededFuture()));
        var http = new HttpVerticle(
                settings.http(),
                List.of(endpoint),
                List.of(),
                meters,
                e -> false,
                HttpVerticle.alone(settings.http(), meters));
        await(vertx.deployVerticle(http));

        var reply = RawHttp.exchange(
                http.port(),
                "POST /api/coupons/issue HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer x\r\n"
                        + "Content-Type: application/json\r\n" + body);

        assertThat(reply.status()).isEqualTo(503);
        await(vertx.close());
    }
}
