package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Authenticator;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.OtherIssuer;
import io.couponrush.testkit.OverheardLog;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A person does everything there is to do, things go wrong, and no log line tells who it was or what opens what. */
class PersonalDataInLogsStory {
    private static final String ME = "/api/users/me";

    private final List<String> canaries = new ArrayList<>();

    @Test
    void noLineTellsWhoItWasOrWhatOpensWhat() {
        var log = new OverheardLog();
        log.start();
        try (var issuer = new OtherIssuer();
                var service = RunningService.start(issuer.settings())) {
            Member mina = Member.signsUp(service, "canary");
            canaries.add(mina.email());
            canaries.add(mina.password());
            remember(mina.tokens());
            sharesOne(service, mina);
            usesCoupons(service, mina);
            setsUpASecondFactor(mina);
            partners(service);
            signsInElsewhere(service, issuer);
            loses(service, mina);
            assertThat(mina.web().get(ME + "/export").status()).isIn(200, 401, 503);
            mina.web().delete(ME, new JsonObject().put("password", mina.password()));
        } finally {
            log.stop();
        }
        assertThat(canaries).hasSizeGreaterThan(20).doesNotContainNull();
        assertThat(log.lines()).hasSizeGreaterThan(10);
        for (String canary : canaries) {
            assertThat(log.lines()).noneMatch(line -> line.contains(canary));
        }
    }

    private void sharesOne(RunningService service, Member mina) {
        var anybody = Web.anybody(service);
        var taken = new JsonObject().put("email", mina.email()).put("password", mina.password());
        anybody.post("/api/auth/register", taken.copy().put("name", "Canary")).with(409);
        anybody.post("/api/auth/login", taken.copy().put("password", canary("wrong-password-of-canary")))
                .with(401);
        anybody.post("/api/auth/login", taken.copy().put("email", canary("unknown-canary@nowhere.example")))
                .with(401);
        JsonObject tokens = mina.refreshes().with(200);
        remember(tokens);
        mina.refreshes().with(401); // a spent one: the session ends
        anybody.as(tokens.getString("accessToken")).get(ME).with(401);
        service.staff()
                .web()
                .post("/api/admin/users/search", new JsonObject().put("email", mina.email()))
                .with(200);
    }

    private void usesCoupons(RunningService service, Member mina) {
        long sale = service.staff().opens(Sale.of(10).perUser(3));
        Web web = again(mina);
        var eventId = new JsonObject().put("eventId", sale);
        String used = canary(web.post("/api/coupons/issue", eventId).with(201).getString("couponCode"));
        String revoked =
                canary(web.post("/api/coupons/issue", eventId).with(201).getString("couponCode"));
        web.post(
                        "/api/coupons/" + used + "/use",
                        new JsonObject().put("orderId", "A-1").put("purchaseAmount", 50_000))
                .with(200);
        service.staff()
                .web()
                .post("/api/admin/coupons/" + revoked + "/revoke", null)
                .with(200);
        service.staff()
                .web()
                .post("/api/admin/coupons/" + used + "/revoke", null)
                .with(409);
    }

    private void setsUpASecondFactor(Member mina) {
        Web web = again(mina);
        for (String wrong : List.of("wrong-password-of-canary", mina.password())) {
            web.post(
                    "/api/auth/password",
                    new JsonObject().put("password", wrong).put("newPassword", canary("four words of a canary")));
        }
        web.post(
                        "/api/auth/password",
                        new JsonObject()
                                .put("password", "four words of a canary")
                                .put("newPassword", mina.password()))
                .with(204);
        String secret = canary(web.post(ME + "/totp", new JsonObject().put("password", mina.password()))
                .with(200)
                .getString("secret"));
        var app = new Authenticator(secret);
        JsonArray codes = web.post(ME + "/totp/confirm", new JsonObject().put("otp", app.code()))
                .with(200)
                .getJsonArray("recoveryCodes");
        codes.forEach(code -> canary((String) code));
        mina.signsIn().with(401);
        mina.signsIn(app.wrongCode()).with(401);
        remember(mina.signsIn(codes.getString(0)).with(200));
        mina.signsIn(codes.getString(0)).with(401);
        web.delete(
                ME + "/totp", new JsonObject().put("password", mina.password()).put("otp", codes.getString(1)));
    }

    private void partners(RunningService service) {
        JsonObject made = service.staff()
                .web()
                .post("/api/admin/partners", new JsonObject().put("name", "Canary Club"))
                .with(201);
        var credentials = new JsonObject()
                .put("grantType", "client_credentials")
                .put("clientId", made.getString("clientId"))
                .put("clientSecret", canary(made.getString("clientSecret")));
        var anybody = Web.anybody(service);
        canary(anybody.post("/api/auth/token", credentials).with(200).getString("accessToken"));
        anybody.post("/api/auth/token", credentials.put("clientSecret", canary("wrong-secret-of-canary")))
                .with(401);
    }

    private void signsInElsewhere(RunningService service, OtherIssuer issuer) {
        for (Map<String, Object> claims : List.<Map<String, Object>>of(
                Map.of("email", canary("elsewhere-canary@acme.example"), "email_verified", true),
                Map.of("email", canary("unverified-canary@acme.example")),
                Map.of("email", canary("liar-canary@acme.example"), "nonce", "other"))) {
            var anybody = Web.anybody(service);
            JsonObject started = anybody.post("/api/auth/oidc/start", null).with(200);
            var back = OtherIssuer.signsIn(started.getString("authorizationUrl"));
            issuer.says("canary-" + claims.hashCode(), claims);
            Web.Reply reply = anybody.post(
                    "/api/auth/oidc/login",
                    new JsonObject()
                            .put("flow", canary(started.getString("flow")))
                            .put("state", canary(back.get("state")))
                            .put("code", canary(back.get("code"))));
            if (reply.status() == 200) remember(reply.json());
        }
    }

    /** The database goes away while somebody signs in. */
    private static void loses(RunningService service, Member mina) {
        for (int i = 0; i < 3; i++) {
            service.books().cutsConnections();
            assertThat(mina.signsIn().status()).isIn(200, 401, 503, 500);
        }
        await().until(() -> mina.signsIn().status() == 200);
    }

    private Web again(Member mina) {
        JsonObject tokens = mina.signsIn().with(200);
        remember(tokens);
        return Web.anybody(mina.service()).as(tokens.getString("accessToken"));
    }

    private void remember(JsonObject tokens) {
        canary(tokens.getString("accessToken"));
        canary(tokens.getString("refreshToken"));
    }

    private String canary(String text) {
        canaries.add(text);
        return text;
    }
}
