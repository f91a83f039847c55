package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Authenticator;
import io.couponrush.testkit.Member;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Somebody who does not trust a password alone. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecondFactorStory {
    private static final String TOTP = "/api/users/me/totp";

    private RunningService service;

    /** Somebody whose second factor is set up. */
    private record Careful(Member member, Authenticator app, List<String> recoveryCodes) {}

    @BeforeAll
    void open() {
        service = RunningService.start(Map.of("COUPONRUSH_LIMITS_LOGIN_BURST", "1000"));
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void aFirstCodeTurnsItOn() {
        Member mina = Member.signsUp(service, "mina");
        assertThat(mina.web()
                        .post(TOTP, new JsonObject().put("password", "not hers at all"))
                        .code())
                .isEqualTo("INVALID_CREDENTIALS");
        assertThat(mina.web().post(TOTP, new JsonObject()).code()).isEqualTo("VALIDATION_FAILED");
        JsonObject begun = begins(mina);
        var app = new Authenticator(begun.getString("secret"));
        assertThat(begun.getString("uri"))
                .startsWith("otpauth://totp/CouponRush:" + mina.email().replace("@", "%40") + "?secret="
                        + begun.getString("secret") + "&");
        assertThat(mina.signsIn().status()).as("not asked for yet").isEqualTo(200);
        assertThat(confirms(mina, app.wrongCode()).code()).isEqualTo("OTP_INVALID");
        assertThat(state(mina)).isEqualTo(new JsonObject().put("enabled", false).put("recoveryCodesLeft", 0));

        String first = app.code();
        JsonObject confirmed = confirms(mina, first).with(200);

        assertThat(confirmed.getJsonArray("recoveryCodes")).hasSize(10).doesNotHaveDuplicates();
        assertThat(state(mina)).isEqualTo(new JsonObject().put("enabled", true).put("recoveryCodesLeft", 10));
        assertThat(mina.signsIn().with(401).getString("code")).isEqualTo("OTP_REQUIRED");
        assertThat(mina.signsIn(first).with(401).getString("code")).isEqualTo("OTP_INVALID");
        assertThat(mina.signsIn(app.code(1)).status()).isEqualTo(200);
        assertThat(mina.web()
                        .post(TOTP, new JsonObject().put("password", mina.password()))
                        .code())
                .isEqualTo("SECOND_FACTOR_CONFLICT");
        assertThat(confirms(mina, app.code()).code()).isEqualTo("SECOND_FACTOR_CONFLICT");
    }

    @Test
    void aNewSecretTakesThePlaceOfOneThatWasNeverConfirmed() {
        Member jun = Member.signsUp(service, "jun");
        var lost = new Authenticator(begins(jun).getString("secret"));
        var app = new Authenticator(begins(jun).getString("secret"));
        assertThat(confirms(jun, lost.code()).code()).isEqualTo("OTP_INVALID");
        assertThat(confirms(jun, app.code()).status()).isEqualTo(200);
    }

    @Test
    void aCodeIsGoodOnceAndOnlyAroundItsTime() {
        Careful hana = careful("hana");
        assertThat(hana.member().signsIn(hana.app().code(-3)).code()).isEqualTo("OTP_INVALID");
        assertThat(hana.member().signsIn(hana.app().code(5)).code()).isEqualTo("OTP_INVALID");
        String code = hana.app().code();
        assertThat(hana.member().signsIn(code).status()).isEqualTo(200);
        assertThat(hana.member().signsIn(code).code()).isEqualTo("OTP_INVALID");
        assertThat(hana.member().signsIn(hana.app().code(-1)).code())
                .as("older than one that was used")
                .isEqualTo("OTP_INVALID");
    }

    @Test
    void ofManyUsesOfOneCodeOneWins() {
        Careful sora = careful("sora");
        String code = sora.app().code();
        List<Integer> answers = atOnce(8, () -> sora.member().signsIn(code).status());
        assertThat(answers).containsOnlyOnce(200);
    }

    @Test
    void guessingIsLockedOutAlsoForTheRightCode() {
        Careful dain = careful("dain");
        assertThat(dain.member().signsIn().code()).isEqualTo("OTP_REQUIRED");
        for (int i = 0; i < 4; i++) {
            assertThat(dain.member().signsIn(dain.app().wrongCode()).code()).isEqualTo("OTP_INVALID");
        }
        Web.Reply locked = dain.member().signsIn(dain.app().code());
        assertThat(locked.with(423).getString("code")).isEqualTo("ACCOUNT_LOCKED");
        assertThat(Integer.parseInt(locked.header("Retry-After"))).isBetween(800, 900);
    }

    @Test
    void failuresAreCountedByWhatTheyWereAnswered() {
        Careful doyun = careful("doyun");
        Map<String, Long> before = failures();
        assertThat(doyun.member().signsIn().code()).isEqualTo("OTP_REQUIRED");
        for (int i = 0; i < 4; i++) {
            assertThat(doyun.member().signsIn(doyun.app().wrongCode()).code()).isEqualTo("OTP_INVALID");
        }
        assertThat(doyun.member().signsIn(doyun.app().code()).code()).isEqualTo("ACCOUNT_LOCKED");
        var nobody = new JsonObject()
                .put("grantType", "client_credentials")
                .put("clientId", "partner-0")
                .put("clientSecret", "no secret of anybody's");
        assertThat(Web.anybody(service).post("/api/auth/token", nobody).code()).isEqualTo("INVALID_CREDENTIALS");
        Map<String, Long> expected = new TreeMap<>(before);
        Map.of("otp_required", 1L, "otp_invalid", 4L, "account_locked", 1L, "invalid_credentials", 1L)
                .forEach((why, more) -> expected.merge(why, more, Long::sum));
        assertThat(failures()).isEqualTo(expected);
    }

    private Map<String, Long> failures() {
        return Pattern.compile("(?m)^couponrush_logins_failed_total\\{why=\"(\\w+)\"} (\\d+)")
                .matcher(Web.anybody(service).get("/metrics").text())
                .results()
                .collect(Collectors.toMap(
                        line -> line.group(1), line -> Long.parseLong(line.group(2)), Long::sum, TreeMap::new));
    }

    @Test
    void aWrongPasswordIsToldBeforeAnyCode() {
        Careful yuna = careful("yuna");
        String code = yuna.app().code();
        var reply = Web.anybody(service)
                .post(
                        "/api/auth/login",
                        new JsonObject()
                                .put("email", yuna.member().email())
                                .put("password", "not hers at all")
                                .put("otp", code));
        assertThat(reply.code()).isEqualTo("INVALID_CREDENTIALS");
        assertThat(yuna.member().signsIn(code).status())
                .as("the code is not spent")
                .isEqualTo(200);
    }

    @Test
    void aCodeOfSomebodyElseIsNone() {
        Careful one = careful("ara");
        Careful other = careful("bora");
        assertThat(one.member().signsIn(other.app().code()).code()).isEqualTo("OTP_INVALID");
        assertThat(one.member().signsIn(other.recoveryCodes().get(0)).code()).isEqualTo("OTP_INVALID");
    }

    @Test
    void aRecoveryCodeStandsInOnce() {
        Careful mira = careful("mira");
        String code = mira.recoveryCodes().get(3);
        List<Integer> answers = atOnce(
                6, () -> mira.member().signsIn(code.toLowerCase(Locale.ROOT)).status());
        assertThat(answers).containsOnlyOnce(200);
        assertThat(state(mira.member()).getInteger("recoveryCodesLeft")).isEqualTo(9);
    }

    @Test
    void takingItAwayNeedsBoth() {
        Careful suji = careful("suji");
        var web = suji.member().web();
        var password = new JsonObject().put("password", suji.member().password());
        assertThat(web.delete(TOTP, password).code()).isEqualTo("OTP_REQUIRED");
        assertThat(web.delete(TOTP, new JsonObject().put("otp", suji.app().code()))
                        .code())
                .isEqualTo("VALIDATION_FAILED");
        assertThat(web.delete(TOTP, password.copy().put("otp", suji.app().wrongCode()))
                        .code())
                .isEqualTo("OTP_INVALID");
        assertThat(suji.member().signsIn().code()).isEqualTo("OTP_REQUIRED");

        assertThat(web.delete(TOTP, password.copy().put("otp", suji.app().code()))
                        .status())
                .isEqualTo(204);

        assertThat(suji.member().signsIn().status()).isEqualTo(200);
        assertThat(web.delete(TOTP, password).code()).isEqualTo("SECOND_FACTOR_CONFLICT");
        assertThat(service.books()
                        .count("select count(*) from recovery_codes where user_id = "
                                + suji.member().userId()))
                .isZero();
    }

    @Test
    void theTablesMakeNoCodes() {
        Careful nari = careful("nari");
        String rows = service.books()
                .text("select string_agg(f::text, ' ') || (select string_agg(r::text, ' ') from recovery_codes r)"
                        + " from second_factors f");
        assertThat(rows)
                .isNotEmpty()
                .doesNotContain(HexFormat.of().formatHex(nari.app().secret()))
                .doesNotContain(nari.recoveryCodes().get(0));
        assertThat(service.books()
                        .count("select count(*) from second_factors where position('\\x"
                                + HexFormat.of().formatHex(nari.app().secret()) + "'::bytea in secret) > 0"))
                .isZero();
    }

    @Test
    void theAuditLogRemembersTheTurns() {
        Careful gaon = careful("gaon");
        gaon.member()
                .web()
                .delete(
                        TOTP,
                        new JsonObject()
                                .put("password", gaon.member().password())
                                .put("otp", gaon.app().code()));
        assertThat(service
                        .staff()
                        .web()
                        .get("/api/admin/audit?actor=" + gaon.member().userId())
                        .with(200)
                        .getJsonArray("items")
                        .stream()
                        .map(line -> ((JsonObject) line).getString("action")))
                .containsExactly("totp.disable", "totp.enable");
    }

    /** The code that confirmed it is forgotten, so that the one that is shown is good for a login. */
    private Careful careful(String name) {
        Member member = Member.signsUp(service, name);
        var app = new Authenticator(begins(member).getString("secret"));
        List<String> codes = confirms(member, app.code()).with(200).getJsonArray("recoveryCodes").stream()
                .map(String.class::cast)
                .toList();
        assertThat(service.books().change("update second_factors set last_step = 0 where user_id = " + member.userId()))
                .isOne();
        return new Careful(member, app, codes);
    }

    private static JsonObject begins(Member member) {
        return member.web()
                .post(TOTP, new JsonObject().put("password", member.password()))
                .with(200);
    }

    private static Web.Reply confirms(Member member, String code) {
        return member.web().post(TOTP + "/confirm", new JsonObject().put("otp", code));
    }

    private static JsonObject state(Member member) {
        return member.web().get(TOTP).with(200);
    }

    private static <T> List<T> atOnce(int times, Supplier<T> work) {
        var all = Stream.generate(() -> CompletableFuture.supplyAsync(work))
                .limit(times)
                .toList();
        return all.stream().map(CompletableFuture::join).toList();
    }
}
