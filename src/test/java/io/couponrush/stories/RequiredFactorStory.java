package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.http.Permission;
import io.couponrush.http.Role;
import io.couponrush.testkit.Authenticator;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.Operation;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** An operator who does not trust the passwords of the staff. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RequiredFactorStory {
    private static final String TOTP = "/api/users/me/totp";
    private static final String EVENTS = "/api/admin/events";

    private RunningService service;
    private Web admin;

    /** The service's first ADMIN sets up a second factor, as everybody has to. */
    @BeforeAll
    void open() {
        service = RunningService.start(Map.of(
                "COUPONRUSH_LIMITS_LOGIN_BURST", "1000",
                "COUPONRUSH_SECOND_FACTOR_ROLES", "STAFF,ADMIN"));
        var credentials = new JsonObject()
                .put("email", RunningService.ADMIN_EMAIL)
                .put("password", RunningService.ADMIN_PASSWORD);
        JsonObject first =
                Web.anybody(service).post("/api/auth/login", credentials).with(200);
        assertThat(as(first).get("/api/admin/audit").code()).isEqualTo("SECOND_FACTOR_REQUIRED");
        Authenticator app = enrols(as(first), RunningService.ADMIN_PASSWORD);
        admin = as(Web.anybody(service)
                .post("/api/auth/login", credentials.put("otp", app.code(1)))
                .with(200));
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void withoutOneEveryPrivilegedDoorIsClosedAndNoOther() {
        Member sora = staff("sora");
        JsonObject tokens = sora.signsIn().with(200);
        List<Operation> privileged = Operation.all().stream()
                .filter(operation -> operation.permission() != null)
                .filter(operation -> !operation.permission().equals(Permission.TAKE_PART.name()))
                .toList();
        assertThat(privileged).hasSizeGreaterThan(20).allSatisfy(operation -> {
            boolean given = Permission.valueOf(operation.permission()).isGivenTo(Role.STAFF);
            var reply = as(tokens).send(operation.method(), operation.path().replaceAll("\\{\\w+}", "1"), null);
            assertThat(reply.status()).isEqualTo(403);
            assertThat(reply.code()).isEqualTo(given ? "SECOND_FACTOR_REQUIRED" : "FORBIDDEN");
        });
        assertThat(as(tokens).get("/api/users/me").status()).isEqualTo(200);
        assertThat(as(tokens).get("/api/coupons/my").status()).isEqualTo(200);
        assertThat(as(tokens).get(TOTP).with(200).getBoolean("enabled")).isFalse();
    }

    @Test
    void whoSetsOneUpHasThePrivilegesFromTheNextLoginOn() {
        Member jun = staff("jun");
        JsonObject before = jun.signsIn().with(200);
        JsonObject elsewhere = jun.signsIn().with(200);
        Authenticator app = enrols(as(before), jun.password());
        for (JsonObject old : List.of(before, elsewhere)) {
            assertThat(as(old).get(EVENTS).code()).isEqualTo("SECOND_FACTOR_REQUIRED");
            JsonObject refreshed = refreshes(old);
            assertThat(as(refreshed).get(EVENTS).code())
                    .as("no code was shown in that session")
                    .isEqualTo("SECOND_FACTOR_REQUIRED");
        }
        assertThat(jun.signsIn().code()).isEqualTo("OTP_REQUIRED");

        JsonObject tokens = jun.signsIn(app.code(1)).with(200);

        assertThat(as(tokens).get(EVENTS).status()).isEqualTo(200);
        assertThat(as(refreshes(tokens)).get(EVENTS).status()).isEqualTo(200);
    }

    @Test
    void whoTakesItAwayLosesThemWithTheNextToken() {
        Member hana = staff("hana");
        Authenticator app = enrols(as(hana.signsIn().with(200)), hana.password());
        JsonObject tokens = hana.signsIn(app.code(1)).with(200);
        assertThat(service.books().change("update second_factors set last_step = 0 where user_id = " + hana.userId()))
                .isOne();
        var both = new JsonObject().put("password", hana.password()).put("otp", app.code());
        assertThat(as(tokens).delete(TOTP, both).status()).isEqualTo(204);
        assertThat(as(refreshes(tokens)).get(EVENTS).code()).isEqualTo("SECOND_FACTOR_REQUIRED");
        assertThat(as(hana.signsIn().with(200)).get(EVENTS).code()).isEqualTo("SECOND_FACTOR_REQUIRED");
    }

    /** The password was enough when the login looked, and is not any more when it opens its session. */
    @Test
    void aLoginThatAConfirmationOvertakesOpensNoSession() {
        Member dain = staff("dain");
        var confirmation = service.books()
                .begin("update users set credentials_version = credentials_version + 1 where id = " + dain.userId());
        var login = CompletableFuture.supplyAsync(dain::signsIn);
        await().until(() -> service.books().waiting() == 1);
        confirmation.commit();
        assertThat(login.join().code()).isEqualTo("INVALID_CREDENTIALS");
        long before = version(dain);
        enrols(as(dain.signsIn().with(200)), dain.password());
        assertThat(version(dain)).as("a confirmation is such a change").isEqualTo(before + 1);
    }

    @Test
    void usersAreAskedForNone() {
        Member mina = Member.signsUp(service, "mina");
        long sale = admin.post(EVENTS, Sale.of(3).json()).with(201).getLong("eventId");
        assertThat(mina.claims(sale).status()).isEqualTo(201);
    }

    private Member staff(String name) {
        Member member = Member.signsUp(service, name);
        admin.put("/api/admin/users/" + member.userId() + "/role", new JsonObject().put("role", "STAFF"))
                .with(200);
        return member;
    }

    private static Authenticator enrols(Web web, String password) {
        var app = new Authenticator(web.post(TOTP, new JsonObject().put("password", password))
                .with(200)
                .getString("secret"));
        web.post(TOTP + "/confirm", new JsonObject().put("otp", app.code())).with(200);
        return app;
    }

    private long version(Member member) {
        return service.books().count("select credentials_version from users where id = " + member.userId());
    }

    private Web as(JsonObject tokens) {
        return Web.anybody(service).as(tokens.getString("accessToken"));
    }

    private JsonObject refreshes(JsonObject tokens) {
        var body = new JsonObject().put("refreshToken", tokens.getString("refreshToken"));
        return Web.anybody(service).post("/api/auth/refresh", body).with(200);
    }
}
