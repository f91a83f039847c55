package io.couponrush.account;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couponrush.http.Caller;
import io.couponrush.http.Permission;
import io.couponrush.http.Role;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccessTokensTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";
    private static final Instant NOON = Instant.parse("2025-01-01T12:00:00Z");
    private static final UUID SESSION = UUID.fromString("0b6b4e4e-54a4-4f0c-9d7c-1f0a4f1f2a3b");
    private static final User ANN = new User(7, "ann@example.org", "Ann", Role.ADMIN, 0);
    private static final Caller ANN_CALLS = new Caller(7, "ann@example.org", Role.ADMIN, SESSION);
    private static final String HEADER = "{\"typ\":\"JWT\",\"alg\":\"HS256\"}";
    private static final Vertx VERTX = Vertx.vertx();

    private final AtomicReference<Instant> clock = new AtomicReference<>(NOON);
    private final Set<UUID> ended = new HashSet<>();
    private final AccessTokens tokens = tokens(SECRET);

    @AfterAll
    static void close() {
        VERTX.close().await();
    }

    @Test
    void knowsWhomItsTokensBelongTo() {
        String token = tokens.sign(ANN, SESSION, Duration.ofMinutes(15));
        assertThat(tokens.of(token)).isEqualTo(ANN_CALLS);
    }

    @Test
    void holdsBackThePrivilegesOfWhoHasNotShownASecondFactor() {
        Caller caller = requireNonNull(tokens.of(tokens.signWithoutSecondFactor(ANN, SESSION, Duration.ofMinutes(15))));
        assertThat(caller).isEqualTo(new Caller(7, "ann@example.org", Role.ADMIN, SESSION, true));
        assertThat(Permission.values()).filteredOn(caller::may).containsExactly(Permission.TAKE_PART);
        for (Object other : new Object[] {false, "true", 1, null}) {
            assertThat(tokens.of(with("no2f", other))).as("" + other).isNull();
        }
    }

    @Test
    void saysWhatTheContractSays() {
        String[] parts = tokens.sign(ANN, SESSION, Duration.ofMinutes(15)).split("\\.", -1);
        assertThat(json(parts[0]).getMap()).isEqualTo(Map.of("typ", "JWT", "alg", "HS256"));
        JsonObject claims = json(parts[1]);
        assertThat(claims.getString("jti")).hasSize(36);
        assertThat(claims.put("jti", "1").getMap()).isEqualTo(claims().getMap());
    }

    @Test
    void takesATokenMadeElsewhereWithTheSecret() {
        assertThat(tokens.of(signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims())))
                .isEqualTo(ANN_CALLS);
    }

    @Test
    void endsATokenAtItsExpiryAlsoWhenItIsRemembered() {
        String token = tokens.sign(ANN, SESSION, Duration.ofMinutes(15));
        clock.set(NOON.plusSeconds(899));
        assertThat(tokens.of(token)).isNotNull();
        clock.set(NOON.plusSeconds(900));
        assertThat(tokens.of(token)).isNull();
    }

    @Test
    void endsATokenWithItsSessionAlsoWhenItIsRemembered() {
        String token = tokens.sign(ANN, SESSION, Duration.ofMinutes(15));
        assertThat(tokens.of(token)).isNotNull();
        ended.add(SESSION);
        assertThat(tokens.of(token)).isNull();
    }

    @Test
    void forgivesClocksThatDifferByHalfAMinute() {
        assertThat(tokens.of(with("iat", NOON.getEpochSecond() + 29))).isNotNull();
        assertThat(tokens.of(with("nbf", NOON.getEpochSecond() + 29))).isNotNull();
        assertThat(tokens.of(with("iat", NOON.getEpochSecond() + 31))).isNull();
        assertThat(tokens.of(with("nbf", NOON.getEpochSecond() + 31))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "0123456789abcdef0123456789abcde"})
    void refusesASecretThatCanBeGuessed(String secret) {
        assertThatThrownBy(() -> tokens(secret)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void knowsNobodyByAHostileToken(String name, String token) {
        assertThat(tokens.of(token)).as(name).isNull();
    }

    static Stream<Arguments> hostile() {
        return Stream.of(
                // form
                named("empty", ""),
                named("one dot", "."),
                named("two dots", ".."),
                named("three dots", good() + "."),
                named("four parts", good() + ".abc"),
                named("leading dot", "." + good()),
                named("words", "garbage"),
                named("blank", " "),
                named("space behind", good() + " "),
                named("padding behind", good() + "="),
                named("not ASCII", "é" + good()),
                named("half a surrogate pair", "\ud800" + good()),
                named("NUL", good() + "\0"),
                named("header not base64", "!!!." + good().split("\\.", 2)[1]),
                named("header not UTF-8", part(new byte[] {(byte) 0xc3, 0x28}) + "." + tail(good())),
                named("payload not JSON", signedRaw(HEADER, "not json")),
                named("payload a list", signedRaw(HEADER, "[1]")),
                named("payload null", signedRaw(HEADER, "null")),
                named("payload deep", signedRaw(HEADER, "[".repeat(1500) + "]".repeat(1500))),
                named("8 KB", with("pad", "x".repeat(8192))),
                named("4097 characters", good() + "A".repeat(4097 - good().length())),
                // algorithm
                named("none", unsigned("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "."),
                named("none without third part", unsigned("{\"alg\":\"none\",\"typ\":\"JWT\"}")),
                named("nOnE", unsigned("{\"alg\":\"nOnE\",\"typ\":\"JWT\"}") + "."),
                named("none signed", signed("{\"alg\":\"none\",\"typ\":\"JWT\"}", claims())),
                named("alg missing", signed("{\"typ\":\"JWT\"}", claims())),
                named("alg null", signed("{\"alg\":null,\"typ\":\"JWT\"}", claims())),
                named("alg in lower case", signed("{\"alg\":\"hs256\",\"typ\":\"JWT\"}", claims())),
                named("alg a list", signed("{\"alg\":[\"HS256\"],\"typ\":\"JWT\"}", claims())),
                named("alg twice", signed("{\"alg\":\"none\",\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims())),
                named("HS512", signed("{\"alg\":\"HS512\",\"typ\":\"JWT\"}", claims())),
                named("RS256 keyed with the secret", signed("{\"alg\":\"RS256\",\"typ\":\"JWT\"}", claims())),
                named("HS256 keyed with another secret", foreign(claims())),
                named("no signature", unsigned(HEADER) + "."),
                named("signature of zeros", unsigned(HEADER) + "." + part(new byte[32])),
                named("signature cut", good().substring(0, good().length() - 2)),
                named("signature spelled otherwise", respelled(good())),
                // header
                named("typ refresh", signed("{\"alg\":\"HS256\",\"typ\":\"refresh+jwt\"}", claims())),
                named("typ in lower case", signed("{\"alg\":\"HS256\",\"typ\":\"jwt\"}", claims())),
                named("typ missing", signed("{\"alg\":\"HS256\"}", claims())),
                named("crit", signed(header("crit", new JsonArray().add("exp")), claims())),
                named("kid", signed(header("kid", "other"), claims())),
                named("kid a path", signed(header("kid", "../../dev/null"), claims())),
                named("jku", signed(header("jku", "http://127.0.0.1:1/keys"), claims())),
                named("x5u", signed(header("x5u", "http://127.0.0.1:1/cert"), claims())),
                named("x5c", signed(header("x5c", new JsonArray().add("AAAA")), claims())),
                named("jwk", signed(header("jwk", new JsonObject().put("kty", "oct")), claims())),
                // claims
                named("payload of another", tampered()),
                named("exp missing", without("exp")),
                named("exp past", with("exp", NOON.getEpochSecond() - 1)),
                named("exp now", with("exp", NOON.getEpochSecond())),
                named("exp a text", with("exp", "soon")),
                named("exp a number in a text", with("exp", "9999999999")),
                named("exp a fraction", with("exp", 9999999999.5)),
                named("exp huge", raw("\"exp\":1735733700", "\"exp\":1e400")),
                named("exp beyond long", raw("\"exp\":1735733700", "\"exp\":99999999999999999999")),
                named("exp true", with("exp", true)),
                named("exp null", withNull("exp")),
                named("iat missing", without("iat")),
                named("iat far ahead", with("iat", NOON.getEpochSecond() + 3600)),
                named("iat largest", with("iat", Long.MAX_VALUE)),
                named("iat a text", with("iat", "now")),
                named("nbf ahead", with("nbf", NOON.getEpochSecond() + 3600)),
                named("nbf a text", with("nbf", "0")),
                named("nbf null", withNull("nbf")),
                named("iss missing", without("iss")),
                named("iss another", with("iss", "evil")),
                named("iss a list", with("iss", new JsonArray().add("couponrush"))),
                named("aud missing", without("aud")),
                named("aud another", with("aud", "other")),
                named("aud a number", with("aud", 5)),
                named("aud a list of others", with("aud", new JsonArray().add("other"))),
                named(
                        "aud a list",
                        with("aud", new JsonArray().add("couponrush").add("other"))),
                named("sub missing", without("sub")),
                named("sub a number", with("sub", 7)),
                named("sub 0x1", with("sub", "0x1")),
                named("sub empty", with("sub", "")),
                named("jti missing", without("jti")),
                named("jti empty", with("jti", "")),
                named("jti a number", with("jti", 1)),
                named("userId missing", without("userId")),
                named("userId zero", with("userId", 0)),
                named("userId negative", with("userId", -7)),
                named("userId a text", with("userId", "7")),
                named("userId a fraction", with("userId", 7.9)),
                named("role missing", without("role")),
                named("role unknown", with("role", "ROOT")),
                named("role in lower case", with("role", "admin")),
                named("role a list", with("role", new JsonArray().add("ADMIN"))),
                named("sid missing", without("sid")),
                named("sid no UUID", with("sid", "1-1-1-1-1")),
                named("sid a number", with("sid", 1)));
    }

    private AccessTokens tokens(String secret) {
        return new AccessTokens(VERTX, secret.getBytes(StandardCharsets.UTF_8), clock::get, ended::contains);
    }

    private static JsonObject claims() {
        return new JsonObject()
                .put("sub", "ann@example.org")
                .put("userId", 7)
                .put("role", "ADMIN")
                .put("sid", SESSION.toString())
                .put("jti", "1")
                .put("iss", "couponrush")
                .put("aud", "couponrush")
                .put("iat", (int) NOON.getEpochSecond())
                .put("exp", (int) NOON.getEpochSecond() + 900);
    }

    private static String good() {
        return signed(HEADER, claims());
    }

    private static String with(String claim, Object value) {
        return changed(claims -> claims.put(claim, value));
    }

    private static String withNull(String claim) {
        return changed(claims -> claims.putNull(claim));
    }

    private static String without(String claim) {
        return changed(claims -> {
            claims.remove(claim);
            return claims;
        });
    }

    private static String changed(UnaryOperator<JsonObject> change) {
        return signed(HEADER, change.apply(claims()));
    }

    private static String raw(String text, String otherText) {
        return signedRaw(HEADER, claims().encode().replace(text, otherText));
    }

    private static String header(String member, Object value) {
        return new JsonObject(HEADER).put(member, value).encode();
    }

    private static String tampered() {
        String[] parts = good().split("\\.", -1);
        String admin = claims().put("userId", 8).encode();
        return parts[0] + "." + part(admin.getBytes(StandardCharsets.UTF_8)) + "." + parts[2];
    }

    /** The same bytes with other spare bits: 43 characters hold 258 bits, a signature has 256. */
    private static String respelled(String token) {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        int last = alphabet.indexOf(token.charAt(token.length() - 1));
        return token.substring(0, token.length() - 1) + alphabet.charAt(last | 1);
    }

    private static String unsigned(String header) {
        return part(header.getBytes(StandardCharsets.UTF_8))
                + "."
                + part(claims().encode().getBytes(StandardCharsets.UTF_8));
    }

    private static String signed(String header, JsonObject claims) {
        return signedRaw(header, claims.encode());
    }

    private static String signedRaw(String header, String payload) {
        return signed(header, payload, SECRET);
    }

    private static String foreign(JsonObject claims) {
        return signed(HEADER, claims.encode(), SECRET.replace('0', '1'));
    }

    private static String signed(String header, String payload, String secret) {
        String signing =
                part(header.getBytes(StandardCharsets.UTF_8)) + "." + part(payload.getBytes(StandardCharsets.UTF_8));
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return signing + "." + part(mac.doFinal(signing.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String tail(String token) {
        return token.substring(token.indexOf('.') + 1);
    }

    private static JsonObject json(String part) {
        return new JsonObject(new String(Base64.getUrlDecoder().decode(part), StandardCharsets.UTF_8));
    }

    private static String part(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static Arguments named(String name, String token) {
        return Arguments.of(name, token);
    }
}
