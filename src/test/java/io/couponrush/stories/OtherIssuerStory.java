package io.couponrush.stories;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.couponrush.testkit.Authenticator;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.OtherIssuer;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Signing in elsewhere, by those who may and by those who try. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OtherIssuerStory {
    private static final String LOGIN = "/api/auth/oidc/login";
    private static final String LINK = "/api/users/me/identities";

    private OtherIssuer issuer;
    private RunningService service;
    private int people;

    @BeforeAll
    void open() {
        issuer = new OtherIssuer();
        var settings = new HashMap<>(issuer.settings());
        settings.put("COUPONRUSH_LIMITS_LOGIN_BURST", "1000");
        service = RunningService.start(settings);
    }

    @AfterAll
    void close() {
        service.close();
        issuer.close();
    }

    @Test
    void aNewcomerGetsAnAccountAndComesBackToIt() {
        String email = newEmail();
        issuer.says("mina", Map.of("email", email, "email_verified", true, "name", "Mina Park"));
        JsonObject tokens = login(goesThere(starts())).with(200);
        JsonObject mina = me(tokens);
        assertThat(mina.getString("email")).isEqualTo(email);
        assertThat(mina.getString("name")).isEqualTo("Mina Park");
        assertThat(mina.getString("role")).isEqualTo("USER");

        issuer.says("mina", Map.of("email", newEmail(), "email_verified", true));
        assertThat(me(login(goesThere(starts())).with(200)))
                .as("whatever the e-mail is by now")
                .isEqualTo(mina);
        assertThat(Web.anybody(service)
                        .post(
                                "/api/auth/login",
                                new JsonObject().put("email", email).put("password", "any password at all"))
                        .code())
                .isEqualTo("INVALID_CREDENTIALS");
    }

    @Test
    void theBrowserIsSentWithEverythingThatProtectsTheWayBack() {
        JsonObject started = starts();
        var sent = OtherIssuer.query(started.getString("authorizationUrl"));
        assertThat(sent)
                .containsEntry("response_type", "code")
                .containsEntry("client_id", "couponrush")
                .containsEntry("redirect_uri", "http://localhost:9/back")
                .containsEntry("code_challenge_method", "S256");
        assertThat(sent.get("scope")).contains("openid");
        assertThat(sent.get("state")).hasSize(43);
        assertThat(sent.get("nonce")).hasSize(43).isNotEqualTo(sent.get("state"));
        assertThat(sent.get("code_challenge")).hasSize(43);
        assertThat(started.encode()).doesNotContain("a secret between two").doesNotContain("verifier");
        assertThat(OtherIssuer.query(starts().getString("authorizationUrl")).get("state"))
                .isNotEqualTo(sent.get("state"));
    }

    @Test
    void anEmailThatNobodyVerifiedOpensNoAccount() {
        String email = newEmail();
        issuer.says("unverified", Map.of("email", email, "email_verified", false));
        assertThat(login(goesThere(starts())).with(403).getString("code")).isEqualTo("EMAIL_NOT_VERIFIED");
        issuer.says("unverified", Map.of("email", email));
        assertThat(login(goesThere(starts())).code()).isEqualTo("EMAIL_NOT_VERIFIED");
        issuer.says("unverified", Map.of("email", email, "email_verified", "yes"));
        assertThat(login(goesThere(starts())).code()).isIn("EMAIL_NOT_VERIFIED", "OIDC_LOGIN_FAILED");
        issuer.says("unverified", Map.of("email_verified", true));
        assertThat(login(goesThere(starts())).code()).isEqualTo("EMAIL_NOT_VERIFIED");
        assertThat(service.books().count("select count(*) from users where email = '" + email + "'"))
                .isZero();
    }

    @Test
    void anAccountThatIsThereIsNotTakenOver() {
        Member jun = Member.signsUp(service, "jun");
        for (boolean verified : new boolean[] {true, false}) {
            issuer.says("not-jun", Map.of("email", jun.email(), "email_verified", verified));
            Web.Reply reply = login(goesThere(starts()));
            assertThat(reply.code()).isEqualTo(verified ? "EMAIL_ALREADY_EXISTS" : "EMAIL_NOT_VERIFIED");
        }
        assertThat(service.books().count("select count(*) from identities where user_id = " + jun.userId()))
                .isZero();
    }

    @Test
    void theOwnerLinksAnAccountThatIsThere() {
        Member hana = Member.signsUp(service, "hana");
        issuer.says("hana-elsewhere", Map.of("email", "other@elsewhere.example"));
        var wrong = goesThere(startsAs(hana)).put("password", "not hers at all");
        assertThat(hana.web().post(LINK, wrong).code()).isEqualTo("INVALID_CREDENTIALS");
        assertThat(hana.web()
                        .post(LINK, wrong.put("password", hana.password()))
                        .with(201)
                        .getString("subject"))
                .isEqualTo("hana-elsewhere");

        issuer.says("hana-elsewhere", Map.of());
        assertThat(me(login(goesThere(starts())).with(200)).getLong("userId")).isEqualTo(hana.userId());
        assertThat(hana.web().get("/api/users/me/export").with(200).getJsonArray("identities"))
                .hasSize(1);

        Member other = Member.signsUp(service, "other");
        issuer.says("hana-elsewhere", Map.of());
        assertThat(other.web()
                        .post(LINK, goesThere(startsAs(other)).put("password", other.password()))
                        .code())
                .isEqualTo("IDENTITY_ALREADY_LINKED");
    }

    @Test
    void whoHasNoPasswordTakesAFirstOneJustAfterALogin() {
        String email = newEmail();
        issuer.says("first", Map.of("email", email, "email_verified", true));
        Web web = Web.anybody(service).as(login(goesThere(starts())).with(200).getString("accessToken"));
        var fresh = new JsonObject().put("newPassword", "four plain words at last");
        assertThat(service.books().change("update sessions set created_at = created_at - interval '6 minutes'"))
                .isPositive();
        assertThat(web.post("/api/auth/password", fresh).code()).isEqualTo("REAUTHENTICATION_REQUIRED");
        issuer.says("first", Map.of("email", email, "email_verified", true));
        Web again = Web.anybody(service).as(login(goesThere(starts())).with(200).getString("accessToken"));

        again.post("/api/auth/password", fresh).with(204);

        assertThat(web.get("/api/users/me").status()).isEqualTo(401);
        Web.anybody(service)
                .post(
                        "/api/auth/login",
                        new JsonObject().put("email", email).put("password", "four plain words at last"))
                .with(200);
        assertThat(again.post("/api/auth/password", fresh).code())
                .as("there is one now")
                .isEqualTo("VALIDATION_FAILED");
    }

    @Test
    void whatWasBegunForOnePurposeServesNoOther() {
        Member sora = Member.signsUp(service, "sora");
        Member other = Member.signsUp(service, "sora");
        assertThat(login(goesThere(startsAs(sora))).code())
                .as("begun for linking")
                .isEqualTo("OIDC_LOGIN_FAILED");
        assertThat(sora.web()
                        .post(LINK, goesThere(starts()).put("password", sora.password()))
                        .code())
                .as("begun for a login")
                .isEqualTo("OIDC_LOGIN_FAILED");
        assertThat(sora.web()
                        .post(LINK, goesThere(startsAs(other)).put("password", sora.password()))
                        .code())
                .as("begun by somebody else")
                .isEqualTo("OIDC_LOGIN_FAILED");
    }

    @Test
    void aReturnIsGoodOnce() {
        issuer.says("once", Map.of("email", newEmail(), "email_verified", true));
        JsonObject back = goesThere(starts());
        List<CompletableFuture<Web.Reply>> uses = new ArrayList<>();
        for (int i = 0; i < 6; i++) uses.add(CompletableFuture.supplyAsync(() -> login(back)));
        assertThat(uses.stream().map(use -> use.join().status())).containsOnlyOnce(200);
        assertThat(login(back).code()).isEqualTo("OIDC_LOGIN_FAILED");
    }

    @Test
    void aCodeOfAnotherLoginIsNone() {
        JsonObject victim = goesThere(starts());
        JsonObject attacker = goesThere(starts());
        issuer.says("victim", Map.of("email", newEmail(), "email_verified", true));
        assertThat(login(attacker.copy().put("code", victim.getString("code"))).code())
                .isEqualTo("OIDC_LOGIN_FAILED");
        assertThat(service.books().count("select count(*) from identities where subject = 'victim'"))
                .isZero();
    }

    @Test
    void aWrongStateSpendsNothingAndIsCounted() {
        String before = failures();
        JsonObject back = goesThere(starts());
        JsonObject other = goesThere(starts());
        assertThat(login(back.copy().put("state", other.getString("state"))).code())
                .isEqualTo("OIDC_LOGIN_FAILED");
        assertThat(login(back.copy().put("flow", "AAAA" + back.getString("flow").substring(4)))
                        .code())
                .isEqualTo("OIDC_LOGIN_FAILED");
        assertThat(login(back.copy().put("flow", "nonsense")).code()).isEqualTo("OIDC_LOGIN_FAILED");
        assertThat(failures()).isNotEmpty().isNotEqualTo(before);
        issuer.says("patient", Map.of("email", newEmail(), "email_verified", true));
        assertThat(login(back).status()).isEqualTo(200);
    }

    private String failures() {
        return Web.anybody(service)
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.contains("why=\"oidc_login_failed\""))
                .collect(Collectors.joining());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonce", "aud", "iss", "sub"})
    void aTokenThatSaysSomethingElseIsRefused(String claim) {
        issuer.says(
                "liar", Map.of("email", newEmail(), "email_verified", true, claim, claim.equals("sub") ? "" : "other"));
        assertThat(login(goesThere(starts())).code()).isEqualTo("OIDC_LOGIN_FAILED");
    }

    @Test
    void aTokenThatHasExpiredIsRefused() {
        issuer.says("late", Map.of("email", newEmail(), "email_verified", true), -60);
        assertThat(login(goesThere(starts())).code()).isEqualTo("OIDC_LOGIN_FAILED");
    }

    @Test
    void aTokenThatTheIssuerDidNotSignIsRefused() throws JOSEException {
        var rsa = new RSAKeyGenerator(2048).keyID("stranger").generate();
        for (String how : List.of("none", "stranger", "secret")) {
            JsonObject started = starts();
            JsonObject back = goesThere(started);
            JWTClaimsSet claims = claims(
                    OtherIssuer.query(started.getString("authorizationUrl")).get("nonce"));
            var signed = new SignedJWT(
                    how.equals("secret")
                            ? new JWSHeader(JWSAlgorithm.HS256)
                            : new JWSHeader.Builder(JWSAlgorithm.RS256)
                                    .keyID("stranger")
                                    .build(),
                    claims);
            signed.sign(
                    how.equals("secret")
                            ? new MACSigner("a secret between two, and longer still".getBytes(UTF_8))
                            : new RSASSASigner(rsa));
            issuer.answers(how.equals("none") ? new PlainJWT(claims).serialize() : signed.serialize());
            assertThat(login(back).code()).as(how).isEqualTo("OIDC_LOGIN_FAILED");
        }
    }

    @Test
    void anAnswerThatIsNoneIsRefused() {
        JsonObject back = goesThere(starts());
        issuer.answers("not a token");
        assertThat(login(back).code()).isEqualTo("OIDC_LOGIN_FAILED");
    }

    @Test
    void theSecondFactorIsAskedForHereToo() {
        Member yuna = Member.signsUp(service, "yuna");
        var begun = yuna.web()
                .post("/api/users/me/totp", new JsonObject().put("password", yuna.password()))
                .with(200);
        issuer.says("yuna", Map.of());
        yuna.web()
                .post(LINK, goesThere(startsAs(yuna)).put("password", yuna.password()))
                .with(201);
        var app = new Authenticator(begun.getString("secret"));
        yuna.web()
                .post("/api/users/me/totp/confirm", new JsonObject().put("otp", app.code()))
                .with(200);
        issuer.says("yuna", Map.of());
        assertThat(login(goesThere(starts())).code()).isEqualTo("OTP_REQUIRED");
        issuer.says("yuna", Map.of());
        assertThat(login(goesThere(starts()).put("otp", app.wrongCode())).code())
                .isEqualTo("OTP_INVALID");
        issuer.says("yuna", Map.of());
        assertThat(login(goesThere(starts()).put("otp", app.code(1))).status()).isEqualTo(200);
    }

    @Test
    void whoHasNoPasswordIsTheOwnerForFiveMinutes() {
        issuer.says("arin", Map.of("email", newEmail(), "email_verified", true));
        JsonObject tokens = login(goesThere(starts())).with(200);
        Web arin = Web.anybody(service).as(tokens.getString("accessToken"));
        long userId = me(tokens).getLong("userId");
        assertThat(service.books()
                        .change("update sessions set created_at = created_at - interval '5 minutes' where user_id = "
                                + userId))
                .isOne();
        assertThat(arin.delete("/api/users/me", new JsonObject()).code()).isEqualTo("REAUTHENTICATION_REQUIRED");
        assertThat(arin.delete("/api/users/me", new JsonObject().put("password", "whatever it is"))
                        .code())
                .isEqualTo("REAUTHENTICATION_REQUIRED");
        issuer.says("arin", Map.of());
        arin = Web.anybody(service).as(login(goesThere(starts())).with(200).getString("accessToken"));
        assertThat(arin.delete("/api/users/me", new JsonObject()).status()).isEqualTo(204);
        assertThat(service.books().count("select count(*) from identities where subject = 'arin'"))
                .isZero();
    }

    @Test
    void withoutAnotherIssuerThereIsNothingHere() {
        try (var alone = RunningService.start()) {
            assertThat(Web.anybody(alone).post("/api/auth/oidc/start", null).code())
                    .isEqualTo("NOT_FOUND");
        }
    }

    @Test
    void anIssuerThatIsAwayIsToldSo() {
        var gone = new OtherIssuer();
        var settings = gone.settings();
        gone.close();
        try (var alone = RunningService.start(settings)) {
            Web.Reply reply = Web.anybody(alone).post("/api/auth/oidc/start", null);
            assertThat(reply.with(503).getString("code")).isEqualTo("UNAVAILABLE");
            assertThat(reply.header("Retry-After")).isEqualTo("5");
        }
    }

    private JsonObject starts() {
        return Web.anybody(service).post("/api/auth/oidc/start", null).with(200);
    }

    private static JsonObject startsAs(Member member) {
        return member.web().post("/api/auth/oidc/start", null).with(200);
    }

    /** What the browser comes back with. */
    private static JsonObject goesThere(JsonObject started) {
        var back = OtherIssuer.signsIn(started.getString("authorizationUrl"));
        return new JsonObject()
                .put("flow", started.getString("flow"))
                .put("state", back.get("state"))
                .put("code", back.get("code"));
    }

    private Web.Reply login(JsonObject back) {
        return Web.anybody(service).post(LOGIN, back);
    }

    private JsonObject me(JsonObject tokens) {
        return Web.anybody(service)
                .as(tokens.getString("accessToken"))
                .get("/api/users/me")
                .with(200);
    }

    private JWTClaimsSet claims(String nonce) {
        return new JWTClaimsSet.Builder()
                .issuer(issuer.uri())
                .subject("forged")
                .audience("couponrush")
                .issueTime(Date.from(Instant.now()))
                .expirationTime(Date.from(Instant.now().plusSeconds(600)))
                .claim("nonce", nonce)
                .claim("email", newEmail())
                .claim("email_verified", true)
                .build();
    }

    private String newEmail() {
        return "newcomer" + ++people + "@elsewhere.example";
    }
}
