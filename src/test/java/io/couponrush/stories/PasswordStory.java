package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Authenticator;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody who fears that another knows their password. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PasswordStory {
    private static final String CHANGE = "/api/auth/password";
    private static final String NEW = "four other plain words";

    private RunningService service;

    @BeforeAll
    void open() {
        service = RunningService.start(Map.of("COUPONRUSH_LIMITS_LOGIN_BURST", "1000"));
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void aChangeEndsTheOtherSessionsAndNotTheOwn() {
        Member mina = Member.signsUp(service, "mina");
        JsonObject thief = mina.signsIn().with(200);

        changes(mina, NEW).with(204);

        assertThat(as(thief).get("/api/users/me").code()).isEqualTo("UNAUTHENTICATED");
        assertThat(refreshes(thief).code()).isEqualTo("UNAUTHENTICATED");
        assertThat(mina.signsIn().code()).isEqualTo("INVALID_CREDENTIALS");
        assertThat(mina.web().get("/api/users/me").status()).isEqualTo(200);
        assertThat(mina.refreshes().status()).isEqualTo(200);
        assertThat(signsIn(mina, NEW).status()).isEqualTo(200);
    }

    @Test
    void whoDoesNotKnowTheOldOneChangesNothingAndIsLockedOut() {
        Member jun = Member.signsUp(service, "jun");
        assertThat(jun.web()
                        .post(CHANGE, new JsonObject().put("newPassword", NEW))
                        .code())
                .isEqualTo("VALIDATION_FAILED");
        assertThat(Web.anybody(service)
                        .post(CHANGE, change(jun.password(), NEW))
                        .code())
                .isEqualTo("UNAUTHENTICATED");
        for (int i = 0; i < 5; i++) {
            assertThat(jun.web().post(CHANGE, change("not his at all", NEW)).code())
                    .isEqualTo("INVALID_CREDENTIALS");
        }
        assertThat(changes(jun, NEW).with(423).getString("code")).isEqualTo("ACCOUNT_LOCKED");
        assertThat(service.books().change("delete from login_failures")).isPositive();
        assertThat(jun.signsIn().status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"short", "password1234", "aaaaaaaaaaaaaaaa", "123456789012345"})
    void theNewOneHasToBeAsGoodAsTheFirst(String weak) {
        Member hana = Member.signsUp(service, "hana");
        JsonObject refused = changes(hana, weak).with(400);
        assertThat(refused.getJsonArray("errors").getJsonObject(0).getString("field"))
                .isEqualTo("newPassword");
        assertThat(changes(hana, hana.email()).status()).isEqualTo(400);
        assertThat(hana.signsIn().status()).isEqualTo(200);
    }

    @Test
    void theSecondFactorIsAskedForToo() {
        Member sora = Member.signsUp(service, "sora");
        var begun = sora.web().post("/api/users/me/totp", new JsonObject().put("password", sora.password()));
        var app = new Authenticator(begun.with(200).getString("secret"));
        sora.web()
                .post("/api/users/me/totp/confirm", new JsonObject().put("otp", app.code()))
                .with(200);
        assertThat(changes(sora, NEW).code()).isEqualTo("OTP_REQUIRED");
        var both = change(sora.password(), NEW);
        assertThat(sora.web()
                        .post(CHANGE, both.copy().put("otp", app.wrongCode()))
                        .code())
                .isEqualTo("OTP_INVALID");
        sora.web().post(CHANGE, both.copy().put("otp", app.code(1))).with(204);
    }

    /** The password was right when the login looked, and is another when it opens its session. */
    @Test
    void aLoginThatIsUnderWayWithTheOldOneOpensNoSession() {
        Member dain = Member.signsUp(service, "dain");
        var change = service.books()
                .begin("update users set credentials_version = credentials_version + 1 where id = " + dain.userId());
        var login = CompletableFuture.supplyAsync(dain::signsIn);
        await().until(() -> service.books().waiting() == 1);
        change.commit();
        assertThat(login.join().code()).isEqualTo("INVALID_CREDENTIALS");
        assertThat(dain.signsIn().status()).isEqualTo(200);
        changes(dain, NEW).with(204);
        assertThat(service.books().count("select credentials_version from users where id = " + dain.userId()))
                .isEqualTo(2);
    }

    @Test
    void ofChangesInSeveralSessionsAtOnceOneWins() {
        Member yuna = Member.signsUp(service, "yuna");
        var sessions =
                IntStream.range(0, 5).mapToObj(i -> yuna.signsIn().with(200)).toList();
        var answers = IntStream.range(0, sessions.size())
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> as(sessions.get(i)).post(CHANGE, change(yuna.password(), NEW + i))))
                .toList()
                .stream()
                .map(answer -> answer.join().status())
                .toList();
        assertThat(answers).containsOnlyOnce(204).containsOnly(204, 401);
        int winner = answers.indexOf(204);
        assertThat(as(sessions.get(winner)).get("/api/users/me").status()).isEqualTo(200);
        assertThat(signsIn(yuna, NEW + winner).status()).isEqualTo(200);
    }

    @Test
    void theAuditLogRemembersIt() {
        Member gaon = Member.signsUp(service, "gaon");
        changes(gaon, NEW).with(204);
        JsonObject line = service.staff()
                .web()
                .get("/api/admin/audit?action=password.change&actor=" + gaon.userId())
                .with(200)
                .getJsonArray("items")
                .getJsonObject(0);
        assertThat(line.getString("outcome")).isEqualTo("DONE");
        assertThat(line.encode()).doesNotContain(NEW).doesNotContain(gaon.password());
    }

    @Test
    void guessingHereIsLimitedLikeSigningIn() {
        try (var usual = RunningService.start()) {
            Member mira = Member.signsUp(usual, "mira");
            var codes = IntStream.range(0, 60)
                    .mapToObj(i -> changes(mira, "short").code())
                    .toList();
            assertThat(codes).contains("VALIDATION_FAILED", "RATE_LIMITED");
        }
    }

    private static Web.Reply changes(Member member, String to) {
        return member.web().post(CHANGE, change(member.password(), to));
    }

    private static JsonObject change(String from, String to) {
        return new JsonObject().put("password", from).put("newPassword", to);
    }

    private Web as(JsonObject tokens) {
        return Web.anybody(service).as(tokens.getString("accessToken"));
    }

    private Web.Reply signsIn(Member member, String password) {
        var body = new JsonObject().put("email", member.email()).put("password", password);
        return Web.anybody(service).post("/api/auth/login", body);
    }

    private Web.Reply refreshes(JsonObject tokens) {
        var body = new JsonObject().put("refreshToken", tokens.getString("refreshToken"));
        return Web.anybody(service).post("/api/auth/refresh", body);
    }
}
