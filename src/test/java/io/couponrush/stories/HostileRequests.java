package io.couponrush.stories;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.couponrush.testkit.Described;
import io.couponrush.testkit.Described.Parameter;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Requests of one operation that are nearly right: each is made from one that could be served, and then one to three parts
 * of it are spoiled by chance.
 */
final class HostileRequests {
    /** What must not be read anywhere. */
    static final List<String> CANARIES = List.of("canary-token-sings", "canary-password-sings", "canary@sings.example");

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "\u0000",
            "' or '1'='1' --",
            "; drop table users; --",
            "${jndi:ldap://127.0.0.1:1/x}",
            "../../etc/passwd",
            "<script>alert(1)</script>",
            "line\r\nforged log line",
            "\uD83C\uDF9F",
            "\u202eright to left",
            "\uFEFF",
            "%00%ff",
            "{{7*7}}",
            "cp:{1}:meta",
            "*",
            "null",
            "NaN",
            "-1",
            "0",
            "01",
            "1e999",
            "9".repeat(30),
            "9223372036854775808",
            "x".repeat(3_000),
            CANARIES.get(1),
            CANARIES.get(2));
    private static final List<String> NOT_TEXT = List.of("5", "1.5", "true", "null", "[]", "{}", "{\"$ne\":1}");
    private static final List<String> NOT_WHOLE =
            List.of("\"1\"", "1.5", "1e400", "true", "null", "[1]", "{}", "9".repeat(40), "-0.0", "1.0");
    private static final List<String> NOT_JSON = List.of(
            "", "{", "null", "[]", "{\"a\":}", "{'a':1}", "\uFEFF{}", "[".repeat(5_000), "{}{}", "NaN", "\u0000");
    private static final List<String> ESCAPES = List.of("%", "%zz", "%c0%af", "%ff", "%00", "%0d%0aX:%201");

    private final Random random;
    private final long event;
    private final String token;

    /**
     * One of them.
     *
     * @param what was spoiled
     * @param isInvalid whether no server should take it; else it may be right in spite of everything
     */
    record Shot(String what, Buffer bytes, boolean isInvalid) {}

    HostileRequests(Random random, long event, String token) {
        this.random = random;
        this.event = event;
        this.token = token;
    }

    Shot next(Described described) {
        var draft = new Draft(described);
        int parts = 1 + random.nextInt(3);
        for (int i = 0; i < parts; i++) draft.spoil();
        return draft.shot();
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private final class Draft {
        private final Described described;
        private final Map<String, String> members = new LinkedHashMap<>();
        private final List<String> headers = new ArrayList<>();
        private final List<String> spoiled = new ArrayList<>();
        private final Set<String> touched = new HashSet<>();
        private String path;
        private String query = "";
        private String type = "application/json";
        private String raw;
        private String bearer = token;
        private boolean invalid;

        Draft(Described described) {
            this.described = described;
            path = described.operation().path();
            if (described.body() != null) {
                for (var member : described.example().properties()) members.put(member.getKey(), sane(member));
            }
        }

        private String sane(Map.Entry<String, JsonNode> member) {
            return switch (member.getKey()) {
                case "eventId" -> Long.toString(event);
                case "count" -> "1";
                case "email" -> "\"" + CANARIES.get(2) + "\"";
                case "password" -> "\"" + CANARIES.get(1) + "\"";
                case "startTime" -> "\"2040-01-01T00:00:00Z\"";
                case "endTime" -> "\"2040-01-02T00:00:00Z\"";
                default -> member.getValue().toString();
            };
        }

        void spoil() {
            switch (random.nextInt(6)) {
                case 0 -> spoilToken();
                case 1 -> spoilPath();
                case 2 -> spoilQuery();
                case 3 -> spoilHeaders();
                default -> spoilBody();
            }
        }

        private void spoilToken() {
            bearer = any(List.of(
                    "",
                    CANARIES.get(0),
                    "a.b.c",
                    token + "x",
                    token.substring(0, token.lastIndexOf('.')) + ".",
                    "eyJhbGciOiJub25lIn0." + token.split("\\.", -1)[1] + ".",
                    "x".repeat(5_000)));
            is("token", described.operation().permission() != null);
        }

        private void spoilPath() {
            List<String> names = described.parameters().stream()
                    .filter(parameter -> parameter.in().equals("path"))
                    .map(Parameter::name)
                    .toList();
            if (names.isEmpty()) return;
            String segment = random.nextBoolean() ? any(ESCAPES) : escaped(any(TEXTS));
            if (segment.isEmpty()) segment = "%20";
            String name = any(names);
            path = path.replace("{" + name + "}", segment);
            is("path", true);
        }

        private void spoilQuery() {
            if (!query.isEmpty()) return;
            List<Parameter> known = described.parameters().stream()
                    .filter(parameter -> parameter.in().equals("query"))
                    .toList();
            if (known.isEmpty()) {
                query = any(List.of(
                        "a=%zz", "%", "=&&=", "limit=-1", "id=" + escaped(any(TEXTS)), "a=1&a=2", "_method=DELETE"));
                is("query", false);
                return;
            }
            Parameter parameter = any(known);
            String value = any(TEXTS);
            query = parameter.name() + "=" + escaped(value);
            is("query", isWhole(parameter.schema()) && !value.matches("[1-9][0-9]?|0") && !value.isEmpty());
        }

        private void spoilHeaders() {
            switch (random.nextInt(6)) {
                case 0 -> {
                    type = any(List.of(
                            "text/plain",
                            "application/xml",
                            "multipart/form-data",
                            "application/x-www-form-urlencoded",
                            "application/json; charset=utf-16",
                            "*/*"));
                    is("content type", described.body() != null);
                }
                case 1 -> {
                    headers.add("X-Big: " + "x".repeat(9_000));
                    is("big header", true);
                }
                case 2 -> {
                    headers.add("Idempotency-Key: " + any(List.of("a b", "k".repeat(129), "\u00e9", "")));
                    is("key", described.parameters().stream().anyMatch(p -> p.name()
                            .equals("Idempotency-Key")));
                }
                case 3 -> {
                    headers.add("If-Match: " + any(List.of("\"stale\"", "*", "W/", "x".repeat(500))));
                    headers.add("If-None-Match: " + any(List.of("\"x\"", "W/\"", "'")));
                    is("tags", false);
                }
                case 4 -> {
                    headers.add("X-Request-Id: " + any(List.of("<x>", "a b", "x".repeat(65), "${x}")));
                    headers.add("X-HTTP-Method-Override: DELETE");
                    headers.add("X-Forwarded-For: ' or 1=1, 999.1.1.1, [::zz]");
                    headers.add("Cookie: token=" + CANARIES.get(0));
                    is("odd headers", false);
                }
                default -> {
                    headers.add("Transfer-Encoding: " + any(List.of("xchunked", "gzip", "identity")));
                    is("framing", true);
                }
            }
        }

        private void spoilBody() {
            if (described.body() == null) {
                if (raw != null) return;
                raw = any(List.of("{}", "{\"a\":1}", "x".repeat(17_000), "\u0000"));
                is("unasked body", raw.length() > 16_384);
                return;
            }
            switch (random.nextInt(4)) {
                case 0 -> {
                    raw = any(NOT_JSON);
                    is("no JSON", true);
                }
                case 1 -> {
                    String name = any(List.of("userId", "role", "__proto__", "epoch", "\\u0000", "issuedCount"));
                    if (described.body().containsKey(name)) return;
                    members.put(name, "1");
                    is("unknown member", true);
                }
                case 2 -> spoilMember();
                default -> {
                    String name = any(List.copyOf(described.body().keySet()));
                    if (!touched.add(name)) return;
                    members.put(name, quoted(any(TEXTS)));
                    is("text in " + name, isWhole(described.body().get(name)));
                }
            }
        }

        private void spoilMember() {
            String name = any(List.copyOf(described.body().keySet()));
            if (!touched.add(name)) return;
            JsonNode schema = described.body().get(name);
            boolean whole = isWhole(schema);
            String value = any(whole ? NOT_WHOLE : NOT_TEXT);
            members.put(name, value);
            is(name + ": " + value, whole ? !value.equals("null") : isText(schema) && !value.equals("null"));
        }

        private void is(String what, boolean notRight) {
            spoiled.add(what);
            invalid |= notRight;
        }

        Shot shot() {
            String target = path.replace("{id}", Long.toString(event))
                    .replace("{couponCode}", "STORY-00000000000")
                    .replaceAll("\\{[A-Za-z]+}", "999999999999999");
            var head = new StringBuilder(described.operation().method())
                    .append(' ')
                    .append(target)
                    .append(query.isEmpty() ? "" : "?" + query)
                    .append(" HTTP/1.1\r\nHost: localhost\r\n");
            if (!described.operation().open() || !bearer.equals(token)) {
                head.append("Authorization: Bearer ").append(bearer).append("\r\n");
            }
            headers.forEach(header -> head.append(header).append("\r\n"));
            byte[] body = (raw != null ? raw : json()).getBytes(UTF_8);
            if (described.body() != null || raw != null) {
                head.append("Content-Type: ").append(type).append("\r\n");
                if (headers.stream().noneMatch(header -> header.startsWith("Transfer-Encoding"))) {
                    head.append("Content-Length: ").append(body.length).append("\r\n");
                }
            }
            var out = new ByteArrayOutputStream();
            out.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
            out.writeBytes(body);
            return new Shot(spoiled + " " + cut(out.toString(ISO_8859_1)), Buffer.buffer(out.toByteArray()), invalid);
        }

        private String json() {
            return described.body() == null
                    ? ""
                    : members.entrySet().stream()
                            .map(member -> "\"" + member.getKey() + "\":" + member.getValue())
                            .collect(Collectors.joining(",", "{", "}"));
        }
    }

    private static boolean isWhole(JsonNode schema) {
        return schema.path("type").asText().equals("integer");
    }

    private static boolean isText(JsonNode schema) {
        return schema.path("type").asText().equals("string");
    }

    private static String quoted(String text) {
        var quoted = new StringBuilder("\"");
        text.chars().forEach(c -> quoted.append(c < 32 || c == '"' || c == '\\' ? "\\u%04x".formatted(c) : (char) c));
        return quoted.append('"').toString();
    }

    private static String escaped(String text) {
        var escaped = new StringBuilder();
        for (byte b : text.getBytes(UTF_8))
            escaped.append('%').append(HexFormat.of().toHexDigits(b));
        return escaped.toString();
    }

    private static String cut(String text) {
        return text.length() > 700 ? text.substring(0, 400) + " ... " + text.substring(text.length() - 250) : text;
    }
}
