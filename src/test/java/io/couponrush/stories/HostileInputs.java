package io.couponrush.stories;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** What nobody who means well would send, each with the answer that the API documents. */
final class HostileInputs {
    private static final String ISSUE = "POST /api/coupons/issue";

    private final long event;
    private final String user;
    private final String admin;
    private final String secret;
    private final String elsewhere;
    private final List<Attack> attacks = new ArrayList<>();

    /**
     * One request.
     *
     * @param code of the problem; null for an answer that is none
     */
    record Attack(String name, Buffer request, int status, String code) {
        @Override
        public String toString() {
            return name;
        }
    }

    /**
     * Makes them for a service.
     *
     * @param elsewhere a server that must not be asked for anything
     */
    HostileInputs(long event, String user, String admin, String secret, String elsewhere) {
        this.event = event;
        this.user = user;
        this.admin = admin;
        this.secret = secret;
        this.elsewhere = elsewhere;
    }

    List<Attack> all() {
        for (Kind kind : Kind.values()) of(kind);
        return List.copyOf(attacks);
    }

    /** What an attack is made of. */
    enum Kind {
        JSON,
        TOKENS,
        HEADERS,
        FRAMING,
        PATHS,
        QUERIES,
        ACCOUNTS,
        IDENTITIES,
        STAFF,
        USES
    }

    /** How many attacks of each kind there are. */
    Map<Kind, Integer> counts() {
        Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            int before = attacks.size();
            of(kind);
            counts.put(kind, attacks.size() - before);
        }
        return counts;
    }

    private void of(Kind kind) {
        switch (kind) {
            case JSON -> bodies();
            case TOKENS -> tokens();
            case HEADERS -> headers();
            case FRAMING -> framing();
            case PATHS -> methodsAndPaths();
            case QUERIES -> queries();
            case ACCOUNTS -> accounts();
            case IDENTITIES -> identities();
            case STAFF -> staff();
            case USES -> uses();
        }
    }

    private void bodies() {
        for (String body : List.of(
                "",
                "null",
                "true",
                "[]",
                "[{\"eventId\":%d}]",
                "%d",
                "\"%d\"",
                "{}",
                "{\"eventId\":null}",
                "{\"eventId\":\"%d\"}",
                "{\"eventId\":%d.0}",
                "{\"eventId\":1.9}",
                "{\"eventId\":1e3}",
                "{\"eventId\":1e400}",
                "{\"eventId\":1e999999999}",
                "{\"eventId\":-%d}",
                "{\"eventId\":0}",
                "{\"eventId\":9223372036854775808}",
                "{\"eventId\":99999999999999999999}",
                "{\"eventId\":true}",
                "{\"eventId\":[%d]}",
                "{\"eventId\":{\"$gt\":0}}",
                "{\"eventId\":+%d}",
                "{\"eventId\":0%d}",
                "{\"eventId\":0x10}",
                "{\"eventId\":NaN}",
                "{\"eventId\":Infinity}",
                "{'eventId':%d}",
                "{eventId:%d}",
                "{\"eventId\":%d,}",
                "{\"eventId\":%d}x",
                "{\"eventId\":%d}{\"eventId\":%d}",
                "{\"eventId\":%d,\"eventId\":%d}",
                "{\"eventId\":%d /* no */}",
                "{\"eventId\":%d,\"userId\":1}",
                "{\"eventId\":%d,\"seq\":1,\"discountValue\":99}",
                "{\"eventId\":%d,\"__proto__\":{}}",
                "{\"eventId\":%d,\"\\ud800\":1}",
                "{\"eventId\":%d,\"\\u0000\":1}",
                "{\"EventID\":%d}",
                "{\"eventId\":\"%d; drop table user_coupons\"}",
                "{\"eventId\":\"%d' or '1'='1\"}",
                "{\"eventId\":\"%d}:meta\"}",
                "{\"eventId\":\"${jndi:ldap://127.0.0.1/x}\"}")) {
            String filled = body.replace("%d", Long.toString(event));
            add("body " + filled, post(ISSUE, user, filled), 400, "VALIDATION_FAILED");
        }
        String good = "{\"eventId\":" + event + "}";
        add("nested deeply", post(ISSUE, user, "{\"eventId\":" + "[".repeat(8_000)), 400, "VALIDATION_FAILED");
        add("long number", post(ISSUE, user, "{\"eventId\":" + "9".repeat(8_000) + "}"), 400, "VALIDATION_FAILED");
        add("byte order mark", post(ISSUE, user, "\ufeff" + good), 400, "VALIDATION_FAILED");
        add("UTF-16", bytes(ISSUE, user, good.getBytes(UTF_16BE)), 400, "VALIDATION_FAILED");
        add("not UTF-8", bytes(ISSUE, user, "{\"event\u00ffId\":1}".getBytes(ISO_8859_1)), 400, "VALIDATION_FAILED");
        add("gzip", bytes(ISSUE, user, new byte[] {0x1f, (byte) 0x8b, 8, 0, 0}), 400, "VALIDATION_FAILED");
        add("an id beyond all", post(ISSUE, user, "{\"eventId\":9223372036854775807}"), 404, "EVENT_NOT_FOUND");
        add("an id of 18 digits", post(ISSUE, user, "{\"eventId\":999999999999999999}"), 404, "EVENT_NOT_FOUND");
        add("17 KB", post(ISSUE, user, "x".repeat(17_000)), 413, "PAYLOAD_TOO_LARGE");
    }

    private void tokens() {
        String[] parts = user.split("\\.", -1);
        JsonObject claims = new JsonObject(new String(Base64.getUrlDecoder().decode(parts[1]), UTF_8));
        String none = encode("{\"alg\":\"none\",\"typ\":\"JWT\"}");
        String asAdmin = encode(claims.copy().put("role", "ADMIN").encode());
        token("none", none + "." + parts[1] + ".");
        token("nOnE", encode("{\"alg\":\"nOnE\",\"typ\":\"JWT\"}") + "." + parts[1] + ".");
        token("none with a signature", none + "." + parts[1] + "." + parts[2]);
        token("two segments", none + "." + parts[1]);
        token("no signature", parts[0] + "." + parts[1] + ".");
        token("tampered role", parts[0] + "." + asAdmin + "." + parts[2]);
        token("four segments", user + ".x");
        token("blank", " ");
        token("words", "let me in");
        token("not ASCII", "\u00e9\u00e8\u00ea");
        token("5 KB", "a".repeat(5_000));
        token("SQL", "' or 1=1 --");
        token(
                "wrong secret",
                signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims, "another secret of a good length!"));
        for (String header : List.of(
                "{\"alg\":\"HS512\",\"typ\":\"JWT\"}",
                "{\"alg\":\"RS256\",\"typ\":\"JWT\"}",
                "{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"../../dev/null\"}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"jku\":\"" + elsewhere + "/keys\"}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"x5u\":\"" + elsewhere + "/cert\"}",
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AA\"}}",
                "[]",
                "null")) {
            token("header " + header, signed(header, claims, secret));
        }
        long now = Instant.now().getEpochSecond();
        claims("no exp", without(claims, "exp"));
        claims("expired", claims.copy().put("exp", now - 31));
        claims("exp as text", claims.copy().put("exp", "9999999999"));
        claims("nbf in the future", claims.copy().put("nbf", now + 600));
        claims("iat in the future", claims.copy().put("iat", now + 600));
        claims("other issuer", claims.copy().put("iss", "evil"));
        claims("other audience", claims.copy().put("aud", "evil"));
        claims("no subject", without(claims, "sub"));
        claims("no user", without(claims, "userId"));
        claims("user as text", claims.copy().put("userId", "1"));
        claims("user as fraction", claims.copy().put("userId", 1.5));
        claims("unknown role", claims.copy().put("role", "ROOT"));
        String good = "{\"eventId\":" + event + "}";
        add("no token", post(ISSUE, null, good), 401, "UNAUTHENTICATED");
        add("Basic", post(ISSUE, null, good, "Authorization: Basic YWRtaW46YWRtaW4="), 401, "UNAUTHENTICATED");
        add("Bearer and nothing", post(ISSUE, null, good, "Authorization: Bearer"), 401, "UNAUTHENTICATED");
        add("token in the query", post(ISSUE + "?access_token=" + user, null, good), 401, "UNAUTHENTICATED");
        add("token in a cookie", post(ISSUE, null, good, "Cookie: token=" + user), 401, "UNAUTHENTICATED");
    }

    private void token(String name, String token) {
        String good = "{\"eventId\":" + event + "}";
        add("token: " + name, post(ISSUE, token, good), 401, "UNAUTHENTICATED");
        add("token at the staff's door: " + name, get("/api/admin/audit", token), 401, "UNAUTHENTICATED");
    }

    private void claims(String name, JsonObject claims) {
        token(name, signed("{\"alg\":\"HS256\",\"typ\":\"JWT\"}", claims, secret));
    }

    private void headers() {
        String good = "{\"eventId\":" + event + "}";
        for (String key : List.of("", "a b", "a\tb", "k".repeat(129), "schl\u00fcssel", "\u0001", "\u007f")) {
            add("key <" + key + ">", post(ISSUE, user, good, "Idempotency-Key: " + key), 400, "VALIDATION_FAILED");
        }
        for (String type : List.of(
                "text/plain",
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "application/xml",
                "application/json; charset=utf-16",
                "application/jsonp",
                "*/*")) {
            var request = head(ISSUE, user) + "Content-Type: " + type + "\r\nContent-Length: " + good.length()
                    + "\r\n\r\n" + good;
            add("content type " + type, request.getBytes(ISO_8859_1), 415, "UNSUPPORTED_MEDIA_TYPE");
        }
        add("no content type", raw(head(ISSUE, user) + "Content-Length: 2\r\n\r\n{}"), 415, "UNSUPPORTED_MEDIA_TYPE");
        add("9 KB header", get("/api/coupons/my", user, "X-Big: " + "x".repeat(9_000)), 431, "HEADERS_TOO_LARGE");
        String[] many = new String[1_000];
        for (int i = 0; i < many.length; i++) many[i] = "X-Many-" + i + ": 1";
        add("1000 headers", get("/api/coupons/my", user, many), 431, "HEADERS_TOO_LARGE");
        add("5 KB of URI", get("/api/coupons/events?x=" + "y".repeat(5_000), user), 414, "URI_TOO_LONG");
        add(
                "method override",
                get("/api/coupons/issue", user, "X-HTTP-Method-Override: POST"),
                405,
                "METHOD_NOT_ALLOWED");
    }

    private void framing() {
        String head = head(ISSUE, user) + "Content-Type: application/json\r\n";
        String good = "{\"eventId\":" + event + "}";
        String chunked = "Transfer-Encoding: chunked\r\n";
        String size = Integer.toHexString(good.length());
        add(
                "length and chunks",
                raw(head + "Content-Length: 5\r\n" + chunked + "\r\n0\r\n\r\n"),
                400,
                "VALIDATION_FAILED");
        add(
                "two lengths",
                raw(head + "Content-Length: 0\r\nContent-Length: 14\r\n\r\n" + good),
                400,
                "VALIDATION_FAILED");
        add("negative length", raw(head + "Content-Length: -1\r\n\r\n" + good), 400, "VALIDATION_FAILED");
        add("length in words", raw(head + "Content-Length: ten\r\n\r\n" + good), 400, "VALIDATION_FAILED");
        add("xchunked", raw(head + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"), 400, "VALIDATION_FAILED");
        add(
                "chunked twice",
                raw(head + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n"),
                400,
                "VALIDATION_FAILED");
        add("space before the colon", raw(head + "Content-Length : 14\r\n\r\n" + good), 400, "VALIDATION_FAILED");
        add("bare line feeds", raw(head.replace("\r\n", "\n") + "Content-Length: 2\n\n{}"), 400, "VALIDATION_FAILED");
        add("control byte first", raw("\u0001" + head + "\r\n"), 400, "VALIDATION_FAILED");
        add("NUL in a header", raw(head + "X-Nul: a\u0000b\r\nContent-Length: 2\r\n\r\n{}"), 400, "VALIDATION_FAILED");
        add(
                "1 GB declared",
                raw(head + "Content-Length: 1073741824\r\n\r\n" + "x".repeat(20_000)),
                413,
                "PAYLOAD_TOO_LARGE");
        add(
                "1 GB expected",
                raw(head + "Expect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n"),
                413,
                "PAYLOAD_TOO_LARGE");
        add(
                "17 KB in chunks",
                raw(head + chunked + "\r\n4268\r\n" + "x".repeat(0x4268) + "\r\n0\r\n\r\n"),
                413,
                "PAYLOAD_TOO_LARGE");
        add("chunked and wrong", raw(head + chunked + "\r\n1\r\n[\r\n0\r\n\r\n"), 400, "VALIDATION_FAILED");
        add(
                "no end of the chunks",
                raw(head + chunked + "\r\n" + size + "\r\n" + good + "\r\n"),
                408,
                "REQUEST_TIMEOUT");
        add("half a body", raw(head + "Content-Length: 100\r\n\r\n" + good), 408, "REQUEST_TIMEOUT");
    }

    private void methodsAndPaths() {
        for (String request : List.of(
                "GET /api/coupons/issue",
                "PUT /api/coupons/issue",
                "DELETE /api/coupons/issue",
                "PATCH /api/coupons/issue",
                "TRACE /api/coupons/issue",
                "POST /api/coupons/my",
                "DELETE /api/coupons/events/1",
                "PUT /api/admin/events/1",
                "GET /api/auth/login",
                "GET /api/coupons/issue/",
                "GET /api/coupons//issue",
                "PUT /eventbus/../api/admin/events",
                "TRACE /health/live",
                "POST /metrics",
                "BREW /api/coupons/events")) {
            add(request, request(request, user), 405, "METHOD_NOT_ALLOWED");
        }
        for (String path : List.of(
                "/api",
                "/API/coupons/issue",
                "/.git/config",
                "/.env",
                "/actuator/env",
                "/health/details",
                "/docs/../../../../etc/passwd",
                "/docs/%2e%2e/%2e%2e/etc/passwd",
                "/docs/..%2f..%2fopenapi.yaml",
                "/docs/..%5c..%5cwindows",
                "/api/loadtest",
                "/api/admin")) {
            add("path " + path, get(path, user), 404, "NOT_FOUND");
        }
        for (String id : List.of(
                "0",
                "-1",
                "1.0",
                "01",
                "abc",
                "99999999999999999999",
                "1%00",
                "1;drop%20table",
                "%27%20or%201=1",
                "%7D:meta")) {
            add("event " + id, get("/api/coupons/events/" + id, user), 404, "EVENT_NOT_FOUND");
        }
        for (String code : List.of(
                "CR-00000000000",
                "%27%20OR%20%271%27=%271",
                "%27;%20drop%20table%20user_coupons;--",
                "1%00",
                "%F0%9F%8E%9F",
                "%25",
                "x".repeat(500))) {
            add("coupon " + code, get("/api/coupons/" + code, user), 404, "COUPON_NOT_FOUND");
        }
        add("a broken escape", get("/api/coupons/%zz", user), 400, "VALIDATION_FAILED");
    }

    private void queries() {
        for (String query : List.of(
                "limit=0",
                "limit=101",
                "limit=-1",
                "limit=1e1",
                "limit=abc",
                "limit=",
                "limit=1&limit=2",
                "limit=99999999999999999999",
                "cursor=%00",
                "cursor=../..",
                "cursor=MTsgZHJvcCB0YWJsZSB1c2Vyczs",
                "cursor=LTE",
                "cursor=" + "A".repeat(300),
                "eventId=0",
                "eventId=abc",
                "eventId=1%27%20or%201=1",
                "status=gone",
                "status=active%27--",
                "status=%00")) {
            add("query " + query, get("/api/coupons/my?" + query, user), 400, "VALIDATION_FAILED");
        }
        add("another's coupons", get("/api/coupons/my?userId=1", user), 200, null);
    }

    private void accounts() {
        String register = "POST /api/auth/register";
        String login = "POST /api/auth/login";
        var good = new JsonObject()
                .put("email", "canary@evil.example")
                .put("password", CANARY)
                .put("name", "Eve");
        for (var body : List.of(
                good.copy().put("role", "ADMIN"),
                good.copy().put("userId", 1),
                good.copy().put("email", "not-an-address"),
                good.copy().put("email", "a@b.example\r\nBcc: c@d.example"),
                good.copy().put("email", new JsonObject().put("$ne", 1)),
                good.copy().put("email", "a\u0000@evil.example"),
                good.copy().put("password", "short"),
                good.copy().put("password", "aaaaaaaaaaaaaaaa"),
                good.copy().put("password", "x".repeat(129)),
                good.copy().put("password", 123456789012L),
                good.copy().put("name", ""),
                good.copy().put("name", "Eve\r\nforged log line"),
                good.copy().put("name", "\u0000"),
                good.copy().put("name", "x".repeat(101)))) {
            add("register " + cut(body), post(register, null, body.encode()), 400, "VALIDATION_FAILED");
        }
        add(
                "register 20 KB",
                post(register, null, good.put("name", "x".repeat(20_000)).encode()),
                413,
                "PAYLOAD_TOO_LARGE");
        for (String email : List.of("' or '1'='1' --", "canary@evil.example", "\"><script>alert(1)</script>")) {
            var body = new JsonObject().put("email", email).put("password", CANARY);
            add("login " + email, post(login, null, body.encode()), 401, "INVALID_CREDENTIALS");
        }
        add("login []", post(login, null, "{\"email\":[],\"password\":{}}"), 400, "VALIDATION_FAILED");
        add("login NUL", post(login, null, "{\"email\":\"\\u0000\",\"password\":\"x\"}"), 400, "VALIDATION_FAILED");
        var token = new JsonObject().put("refreshToken", "' or 1=1 --" + CANARY);
        add("refresh", post("POST /api/auth/refresh", null, token.encode()), 401, "UNAUTHENTICATED");
        for (String count : List.of("0", "-1", "100001", "\"5\"", "1.5", "null")) {
            var body = "{\"count\":" + count + "}";
            add("load test " + body, post("POST /api/loadtest/users", null, body), 400, "VALIDATION_FAILED");
        }
    }

    private void identities() {
        String token = "POST /api/auth/token";
        for (String body : List.of(
                "{}",
                "{\"grantType\":\"password\",\"clientId\":\"a\",\"clientSecret\":\"b\"}",
                "{\"grantType\":\"client_credentials\",\"clientId\":\"a\",\"clientSecret\":5}",
                "{\"grantType\":\"client_credentials\",\"clientId\":\"\\u0000\",\"clientSecret\":\"b\"}",
                "{\"grantType\":\"client_credentials\",\"clientId\":\"' or 1=1 --\",\"clientSecret\":\"b\"}",
                "{\"grantType\":\"client_credentials\",\"clientId\":\"a\",\"clientSecret\":\"b\",\"role\":\"ADMIN\"}")) {
            add("token " + body, post(token, null, body), 400, "VALIDATION_FAILED");
        }
        String unknown =
                "{\"grantType\":\"client_credentials\",\"clientId\":\"'or'1'='1\",\"clientSecret\":\"" + CANARY + "\"}";
        add("token of nobody", post(token, null, unknown), 401, "INVALID_CREDENTIALS");
        for (String otp :
                List.of("123456", "null", "[]", "\"\\u0000\"", "\"' or 1=1\"", "\"" + "1".repeat(33) + "\"", "\"\"")) {
            String body = "{\"email\":\"canary@evil.example\",\"password\":\"" + CANARY + "\",\"otp\":" + otp + "}";
            add("login otp " + otp, post("POST /api/auth/login", null, body), 400, "VALIDATION_FAILED");
        }
        for (String otp : List.of("12345", "1234567", "\uff11\uff12\uff13\uff14\uff15\uff16", "12345\\n", "-12345")) {
            String body = "{\"otp\":\"" + otp + "\"}";
            add("confirm " + otp, post("POST /api/users/me/totp/confirm", user, body), 400, "VALIDATION_FAILED");
        }
        String code = "{\"otp\":\"123456\"}";
        add("confirm nothing", post("POST /api/users/me/totp/confirm", user, code), 409, "SECOND_FACTOR_CONFLICT");
        String change = "POST /api/auth/password";
        for (String body : List.of(
                "{}",
                "{\"newPassword\":\"short\"}",
                "{\"newPassword\":\"password1234\"}",
                "{\"newPassword\":[\"" + CANARY + "\"]}",
                "{\"newPassword\":\"" + "x".repeat(129) + "\"}",
                "{\"newPassword\":\"" + CANARY + "\",\"password\":null}",
                "{\"newPassword\":\"" + CANARY + "\",\"userId\":1}")) {
            add(
                    "change " + body.substring(0, Math.min(body.length(), 60)),
                    post(change, user, body),
                    400,
                    "VALIDATION_FAILED");
        }
        String fresh = "{\"newPassword\":\"" + CANARY + "\"}";
        add("change by a token", post(change, user, fresh), 403, "REAUTHENTICATION_REQUIRED");
        add("change nobody's", post(change, null, fresh), 401, "UNAUTHENTICATED");
        add("totp by a token", post("POST /api/users/me/totp", user, "{}"), 403, "REAUTHENTICATION_REQUIRED");
        add("forget by a token", post("DELETE /api/users/me", user, "{}"), 403, "REAUTHENTICATION_REQUIRED");
        add("forget []", post("DELETE /api/users/me", user, "{\"password\":[]}"), 400, "VALIDATION_FAILED");
        add("forget somebody", post("DELETE /api/users/me", user, "{\"userId\":1}"), 400, "VALIDATION_FAILED");
        add("forget nobody", post("DELETE /api/users/me", null, "{}"), 401, "UNAUTHENTICATED");
        for (String body : List.of("{\"role\":\"PARTNER\"}", "{\"role\":\"GOD\"}", "{\"role\":[\"ADMIN\"]}", "{}")) {
            add("role " + body, post("PUT /api/admin/users/1/role", admin, body), 400, "VALIDATION_FAILED");
        }
        String role = "{\"role\":\"ADMIN\"}";
        add("role of one's own", post("PUT /api/admin/users/1/role", user, role), 403, "FORBIDDEN");
        for (String id : List.of("0", "-1", "1;drop", "99999999999999999999", "%27")) {
            add("role of " + id, post("PUT /api/admin/users/" + id + "/role", admin, role), 404, "USER_NOT_FOUND");
            String revoke = "POST /api/admin/partners/" + id + "/revoke";
            add("revoke " + id, post(revoke, admin, "{}"), 404, "PARTNER_NOT_FOUND");
        }
        String own = "{\"name\":\"x\",\"clientSecret\":\"" + CANARY + "\"}";
        add("a secret of one's own", post("POST /api/admin/partners", admin, own), 400, "VALIDATION_FAILED");
        add("a partner by a user", post("POST /api/admin/partners", user, "{\"name\":\"x\"}"), 403, "FORBIDDEN");
        String flow = "{\"flow\":\"AAAA\",\"state\":\"x\",\"code\":\"y\"}";
        add("an issuer that is none", post("POST /api/auth/oidc/login", null, flow), 404, "NOT_FOUND");
        for (String body : List.of(
                "{}", flow.replace("AAAA", "A A"), flow.replace("\"y\"", "\"\\r\\n\""), flow.replace("\"x\"", "5"))) {
            add("oidc " + body, post("POST /api/auth/oidc/login", null, body), 400, "VALIDATION_FAILED");
        }
    }

    private void staff() {
        String create = "POST /api/admin/events";
        var good = new JsonObject()
                .put("title", "Hostile")
                .put("totalCount", 10)
                .put("startTime", "2030-01-01T00:00:00Z")
                .put("endTime", "2030-01-02T00:00:00Z")
                .put("discountType", "percentage")
                .put("discountValue", 10);
        for (var body : List.of(
                good.copy().put("totalCount", 0),
                good.copy().put("totalCount", -1),
                good.copy().put("totalCount", 10_000_001),
                good.copy().put("totalCount", "10"),
                good.copy().put("issuedCount", 0),
                good.copy().put("epoch", 1),
                good.copy().put("maxPerUser", 101),
                good.copy().put("discountValue", 101),
                good.copy().put("discountValue", 0.001),
                good.copy().put("discountValue", -1),
                good.copy().put("maxDiscountAmount", -1),
                good.copy().put("maxDiscountAmount", 0.001),
                good.copy().put("discountType", "free"),
                good.copy().put("startTime", "now"),
                good.copy().put("startTime", "2030-01-03T00:00:00Z"),
                good.copy().put("endTime", "2001-01-01T00:00:00Z"),
                good.copy().put("title", " "),
                good.copy().put("title", "\u0000"),
                good.copy().put("title", "x".repeat(201)),
                good.copy().put("codePrefix", "lower"),
                good.copy().put("codePrefix", "A';--"),
                good.copy().put("terms", "x".repeat(4_001)),
                good.copy().put("terms", "bell \u0007"),
                good.copy().put("terms", "\u0000"),
                good.copy().put("terms", 5),
                good.copy().putNull("terms"),
                good.copy().put("audience", "everybody"),
                good.copy().put("audience", "PUBLIC"),
                good.copy().put("audience", new JsonArray().add("public")),
                good.copy().put("validDays", 0))) {
            add("event " + cut(body), post(create, admin, body.encode()), 400, "VALIDATION_FAILED");
        }
        String path = "/api/admin/events/" + event;
        String window = "{\"startTime\":\"2030-01-01T00:00:00Z\",\"endTime\":\"2030-01-02T00:00:00Z\"}";
        add("a user opens", post(create, user, good.encode()), 403, "FORBIDDEN");
        add("nobody opens", post(create, null, good.encode()), 401, "UNAUTHENTICATED");
        add("a user patches", post("PATCH " + path, user, "{\"totalCount\":9}"), 403, "FORBIDDEN");
        add("nobody patches", post("PATCH " + path, null, "{\"totalCount\":9}"), 401, "UNAUTHENTICATED");
        for (String read : List.of(
                "/api/admin/events", path + "/stats", path + "/coupons", path + "/coupons.csv", "/api/admin/audit")) {
            add("a user reads " + read, get(read, user), 403, "FORBIDDEN");
            add("nobody reads " + read, get(read, null), 401, "UNAUTHENTICATED");
        }
        add("a user's way around", get("/eventbus/../api/admin/events", user), 403, "FORBIDDEN");
        for (String id : List.of("0", "-1", "01", "99999999999999999999", "1%00", "%27%20or%201=1")) {
            for (String what : List.of("stats", "coupons", "coupons.csv")) {
                String nothing = "/api/admin/events/" + id + "/" + what;
                add(nothing, get(nothing, admin), 404, "EVENT_NOT_FOUND");
            }
        }
        for (String query : List.of(
                "/api/admin/events?q=",
                "/api/admin/events?q=" + "x".repeat(101),
                "/api/admin/events?q=%00",
                "/api/admin/events?q=a&q=b",
                "/api/admin/events?status=gone",
                "/api/admin/events?cursor=KzEwMDAwMDAwMDAtMTItMzFUMjM6NTk6NTlaXzE",
                path + "/coupons?status=issued",
                path + "/coupons?userId=1%27--",
                path + "/coupons?code=%27%20or%201=1",
                path + "/coupons?code=%00",
                path + "/coupons?limit=101",
                path + "/coupons?cursor=MV8tMQ",
                path + "/coupons?cursor=OTk5OTk5OTk5OTk5OTk5OTk5OTk5XzE",
                "/api/admin/audit?actor=0",
                "/api/admin/audit?actor=root",
                "/api/admin/audit?action=event.pause%27--",
                "/api/admin/audit?action=",
                "/api/admin/audit?target=%00",
                "/api/admin/audit?target=" + "x".repeat(201),
                "/api/admin/audit?cursor=MTsgZHJvcCB0YWJsZQ",
                "/api/admin/audit?limit=0")) {
            add("query " + query, get(query, admin), 400, "VALIDATION_FAILED");
        }
        add("DELETE the log", request("DELETE /api/admin/audit", admin), 405, "METHOD_NOT_ALLOWED");
        for (String verb : List.of("pause", "resume", "end")) {
            add("a user's " + verb, request("POST " + path + "/" + verb, user), 403, "FORBIDDEN");
            add("nobody's " + verb, request("POST " + path + "/" + verb, null), 401, "UNAUTHENTICATED");
        }
        for (String body : List.of(
                "{}", "{\"issuedCount\":0}", "{\"totalCount\":-1}", "{\"paused\":true}", "{\"codePrefix\":\"X\"}")) {
            add("patch " + body, post("PATCH " + path, admin, body), 400, "VALIDATION_FAILED");
        }
        add(
                "stale",
                post("PATCH " + path, admin, "{\"totalCount\":9}", "If-Match: \"stale\""),
                412,
                "PRECONDITION_FAILED");
        for (String body : List.of(
                "{}",
                "[]",
                "{\"startTime\":\"2030-01-01T00:00:00Z\"}",
                "{\"startTime\":\"2030-01-02T00:00:00Z\",\"endTime\":\"2030-01-01T00:00:00Z\"}",
                "{\"startTime\":\"2001-01-01T00:00:00Z\",\"endTime\":\"2001-01-02T00:00:00Z\"}",
                "{\"startTime\":0,\"endTime\":1}",
                window.replace("}", ",\"totalCount\":0}"),
                window.replace("}", ",\"issuedCount\":0}"),
                window.replace("}", ",\"eventId\":1}"),
                window.replace("}", ",\"endTime\":\"2030-01-09T00:00:00Z\"}"))) {
            add("copy " + body, post("POST " + path + "/copies", admin, body), 400, "VALIDATION_FAILED");
        }
        add("a user copies", post("POST " + path + "/copies", user, window), 403, "FORBIDDEN");
        add("nobody copies", post("POST " + path + "/copies", null, window), 401, "UNAUTHENTICATED");
        add("copy nothing", post("POST /api/admin/events/0/copies", admin, window), 404, "EVENT_NOT_FOUND");
        add("copy a path", post("POST /api/admin/events/1%2F..%2F2/copies", admin, window), 404, "EVENT_NOT_FOUND");
        add("a user's warm-up", request("GET " + path + "/warmup", user), 403, "FORBIDDEN");
        add("nobody's warm-up", request("GET " + path + "/warmup", null), 401, "UNAUTHENTICATED");
        add("warm-up of nothing", request("GET /api/admin/events/x/warmup", admin), 404, "EVENT_NOT_FOUND");
        add("patch nothing", post("PATCH /api/admin/events/0", admin, "{\"totalCount\":9}"), 404, "EVENT_NOT_FOUND");
    }

    private void uses() {
        String use = "POST /api/coupons/CR-00000000000/use";
        String cancel = "POST /api/coupons/CR-00000000000/cancel-use";
        String revoke = "POST /api/admin/coupons/CR-00000000000/revoke";
        for (String amount : List.of(
                "0",
                "-1",
                "0.001",
                "\"100\"",
                "null",
                "true",
                "[100]",
                "NaN",
                "1e999999999",
                "10000000000",
                "9999999999.999",
                "1e-400")) {
            String body = "{\"orderId\":\"A\",\"purchaseAmount\":" + amount + "}";
            add("use for " + amount, post(use, user, body), 400, "VALIDATION_FAILED");
        }
        for (String order : List.of(
                "\"\"",
                "\" \"",
                "\"a b\"",
                "\"" + "x".repeat(129) + "\"",
                "\"\u0000\"",
                "\"A\\n\"",
                "\"주문\"",
                "1",
                "null",
                "{}")) {
            String body = "{\"orderId\":" + order + ",\"purchaseAmount\":100}";
            add("use by " + order, post(use, user, body), 400, "VALIDATION_FAILED");
            add("cancel by " + order, post(cancel, user, "{\"orderId\":" + order + "}"), 400, "VALIDATION_FAILED");
        }
        String good = "{\"orderId\":\"' or 1=1 --\",\"purchaseAmount\":100}".replace(" ", "");
        add(
                "discount of my own",
                post(use, user, good.replace("}", ",\"discountAmount\":99}")),
                400,
                "VALIDATION_FAILED");
        add("use nothing", post(use, user, good), 404, "COUPON_NOT_FOUND");
        add("cancel nothing", post(cancel, user, "{\"orderId\":\"A\"}"), 404, "COUPON_NOT_FOUND");
        add("revoke nothing", request(revoke, admin), 404, "COUPON_NOT_FOUND");
        for (String code : List.of("%27%20OR%20%271%27=%271", "1%00", "%F0%9F%8E%9F", "cr-lower", "x".repeat(500))) {
            add("use " + code, post("POST /api/coupons/" + code + "/use", user, good), 404, "COUPON_NOT_FOUND");
            add("revoke " + code, request(revoke.replace("CR-00000000000", code), admin), 404, "COUPON_NOT_FOUND");
        }
        add("nobody uses", post(use, null, good), 401, "UNAUTHENTICATED");
        add("nobody cancels", post(cancel, null, good), 401, "UNAUTHENTICATED");
        add("nobody revokes", request(revoke, null), 401, "UNAUTHENTICATED");
        add("a user revokes", request(revoke, user), 403, "FORBIDDEN");
        add("look at a use", get("/api/coupons/CR-00000000000/use", user), 405, "METHOD_NOT_ALLOWED");
    }

    /** A password that must not be read anywhere. */
    static final String CANARY = "canary-birds-sing-in-mines";

    private void add(String name, byte[] request, int status, String code) {
        attacks.add(
                new Attack(name.length() > 100 ? name.substring(0, 100) : name, Buffer.buffer(request), status, code));
    }

    private static String cut(JsonObject body) {
        String text = body.encode();
        return text.length() > 90 ? text.substring(0, 40) + "..." + text.substring(text.length() - 45) : text;
    }

    private static String head(String request, String token, String... headers) {
        var head = new StringBuilder(request).append(" HTTP/1.1\r\nHost: localhost\r\n");
        if (token != null) head.append("Authorization: Bearer ").append(token).append("\r\n");
        for (String header : headers) head.append(header).append("\r\n");
        return head.toString();
    }

    private static byte[] request(String request, String token) {
        return raw(head(request, token) + "\r\n");
    }

    private static byte[] get(String path, String token, String... headers) {
        return raw(head("GET " + path, token, headers) + "\r\n");
    }

    private static byte[] post(String request, String token, String body, String... headers) {
        return bytes(request, token, body.getBytes(UTF_8), headers);
    }

    private static byte[] bytes(String request, String token, byte[] body, String... headers) {
        var out = new ByteArrayOutputStream();
        String head = head(request, token, headers) + "Content-Type: application/json\r\nContent-Length: " + body.length
                + "\r\n\r\n";
        out.writeBytes(raw(head));
        out.writeBytes(body);
        return out.toByteArray();
    }

    private static byte[] raw(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static JsonObject without(JsonObject claims, String name) {
        var copy = claims.copy();
        copy.remove(name);
        return copy;
    }

    private static String signed(String header, JsonObject claims, String secret) {
        String text = encode(header) + "." + encode(claims.encode());
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return text + "."
                    + Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal(text.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String encode(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(UTF_8));
    }
}
