package io.couponrush.http;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couponrush.http.Problem.FieldError;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodySchemaTest {
    private static final ContractDocument DOCUMENT = ContractDocument.load();
    private static final String EVENT =
            """
            {"title":"t","totalCount":10,"startTime":"2026-02-11T10:30:00Z","endTime":"2026-02-12T10:30:00+09:00",
             "discountType":"fixed","discountValue":10}""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"eventId\":\"1\"} | must be a whole number",
                "{\"eventId\":1.9} | must be a whole number, without a point or an exponent",
                "{\"eventId\":1.0} | must be a whole number, without a point or an exponent",
                "{\"eventId\":1e3} | must be a whole number, without a point or an exponent",
                "{\"eventId\":1e999999999} | must be a whole number, without a point or an exponent",
                "{\"eventId\":1e-999999999} | must be a whole number, without a point or an exponent",
                "{\"eventId\":99999999999999999999} | is out of range",
                "{\"eventId\":-99999999999999999999} | must be at least 1",
                "{\"eventId\":9223372036854775808} | is out of range",
                "{\"eventId\":-1} | must be at least 1",
                "{\"eventId\":0} | must be at least 1",
                "{\"eventId\":true} | must be a whole number",
                "{\"eventId\":null} | must be a whole number",
                "{\"eventId\":[1]} | must be a whole number",
                "{\"eventId\":{}} | must be a whole number",
                "{} | is required"
            })
    void namesTheFieldThatIsNotAnEventId(String body, String message) throws Exception {
        assertThat(errors("IssueRequest", body)).containsExactly(Map.entry("eventId", message));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2147483648L, Long.MAX_VALUE})
    void takesWholeNumbersUpTo64Bits(long id) throws Exception {
        assertThat(errors("IssueRequest", "{\"eventId\":" + id + "}")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "[]",
                "[1]",
                "1",
                "\"x\"",
                "true",
                "{",
                "}",
                "{\"eventId\":1",
                "{\"eventId\":1}x",
                "{\"eventId\":1}{\"eventId\":2}",
                "{\"eventId\":1,\"eventId\":2}",
                "{'eventId':1}",
                "{eventId:1}",
                "{\"eventId\":NaN}",
                "{\"eventId\":Infinity}",
                "{\"eventId\":01}",
                "{\"eventId\":+1}",
                "{\"eventId\":.1}",
                "{\"eventId\":0x1}",
                "{\"eventId\":1,}",
                "{\"eventId\":1}//c",
                "\uFEFF{\"eventId\":1}",
                "{\"a\":\"\\u0000\"}",
                "{\"a\":\"\\ud800\"}",
                "{\"a\":\"\n\"}",
                "{\"\\u0000\":1}"
            })
    void refusesWhatIsNotOneJsonObject(String text) {
        assertThatThrownBy(() -> StrictJson.object(Buffer.buffer(text))).isInstanceOf(StrictJson.Malformed.class);
    }

    @Test
    void refusesOtherEncodingsAndDeepNesting() {
        for (byte[] bytes : List.of(
                "{\"eventId\":1}".getBytes(UTF_16),
                new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'},
                new byte[] {(byte) 0xc0, (byte) 0xaf},
                ("{\"a\":" + "[".repeat(8000) + "]".repeat(8000) + "}").getBytes(UTF_8),
                ("{\"a\":" + "9".repeat(1000) + "}").getBytes(UTF_8))) {
            assertThatThrownBy(() -> StrictJson.object(Buffer.buffer(bytes))).isInstanceOf(StrictJson.Malformed.class);
        }
    }

    @Test
    void namesUnknownFields() throws Exception {
        assertThat(errors("IssueRequest", "{\"eventId\":1,\"userId\":2,\"a.b/c~%\":1,\"discount\":99}"))
                .isEqualTo(Map.of(
                        "userId",
                        "is not known here",
                        "a.b/c~%",
                        "is not known here",
                        "discount",
                        "is not known here"));
    }

    @Test
    void namesEachWrongFieldOnce() throws Exception {
        String body =
                """
                {"title":" ","description":1,"totalCount":1.0,"startTime":"tomorrow","maxPerUser":101,
                 "discountType":"half","discountValue":0,"minPurchaseAmount":-0.01,"validDays":3651,"codePrefix":"cr",
                 "audience":"vip","x":1}""";
        assertThat(errors("CreateEventRequest", body))
                .isEqualTo(Map.ofEntries(
                        Map.entry("title", "must not be blank"),
                        Map.entry("description", "must be a string"),
                        Map.entry("totalCount", "must be a whole number, without a point or an exponent"),
                        Map.entry("startTime", "must be an instant like 2026-02-11T10:30:00Z"),
                        Map.entry("endTime", "is required"),
                        Map.entry("maxPerUser", "must be at most 100"),
                        Map.entry("discountType", "must be one of percentage, fixed"),
                        Map.entry("discountValue", "must be greater than 0"),
                        Map.entry("minPurchaseAmount", "must be at least 0"),
                        Map.entry("validDays", "must be at most 3650"),
                        Map.entry("codePrefix", "must match ^[A-Z0-9]{1,16}$"),
                        Map.entry("audience", "must be one of public, restricted"),
                        Map.entry("x", "is not known here")));
    }

    @ParameterizedTest
    @CsvSource({"0.01", "10", "10.5", "10.50", "10.500", "1e2", "9999999999.99", "1234567.89", "9999999999"})
    void takesMoneyWithAtMostTwoDecimals(String amount) throws Exception {
        assertThat(errors("CreateEventRequest", EVENT.replace(":10}", ":" + amount + "}")))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0.001, must have at most 2 decimals",
        "10.00000001, must have at most 2 decimals",
        "0, must be greater than 0",
        "0.00, must be greater than 0",
        "10000000000, must be at most 9.99999999999E9",
        "1e999999999, is out of range",
        "1e-999999999, is out of range",
        "\"10\", must be a number"
    })
    void refusesOtherMoney(String amount, String message) throws Exception {
        assertThat(errors("CreateEventRequest", EVENT.replace(":10}", ":" + amount + "}")))
                .containsExactly(Map.entry("discountValue", message));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-02-11",
                "2026-02-11T10:30",
                "2026-02-11T10:30:00",
                "2026-02-30T10:30:00Z",
                "2026-02-11T25:00:00Z",
                "2026-02-11 10:30:00Z",
                "+12026-02-11T10:30:00Z",
                "1770805800",
                "",
                "2026-02-11T10:30:00Z\\n",
                "now"
            })
    void refusesWhatIsNoInstant(String text) throws Exception {
        assertThat(errors("PatchEventRequest", "{\"startTime\":\"" + text + "\"}"))
                .containsOnlyKeys("startTime");
    }

    @Test
    void endsAPatternWhereItSays() throws Exception {
        assertThat(errors("CreateEventRequest", EVENT.replace(":10}", ":10,\"codePrefix\":\"CR\\n\"}")))
                .containsOnlyKeys("codePrefix");
    }

    @Test
    void countsCharactersNotUnits() throws Exception {
        assertThat(errors("UpdateMeRequest", "{\"name\":\"" + "😀".repeat(100) + "\"}"))
                .isEmpty();
        assertThat(errors("UpdateMeRequest", "{\"name\":\"" + "😀".repeat(101) + "\"}"))
                .containsExactly(Map.entry("name", "must have at most 100 characters"));
    }

    @Test
    void wantsAtLeastOneChange() throws Exception {
        assertThat(errors("PatchEventRequest", "{}"))
                .containsExactly(Map.entry("body", "must have at least one field"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "x@", "@x", "a b@example.com", "a@b@c.de", "mina@example.com\\n"})
    void refusesWhatIsNoEmail(String email) throws Exception {
        String body = "{\"email\":\"" + email + "\",\"password\":\"123456789012\",\"name\":\"M\"}";
        assertThat(errors("RegisterRequest", body)).containsOnlyKeys("email");
    }

    @Test
    void failsAtStartWithoutTheSchema() {
        assertThatThrownBy(() -> new Contract().body("NoSuchRequest")).hasMessageContaining("NoSuchRequest");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "RegisterRequest",
                "LoginRequest",
                "RefreshRequest",
                "LogoutRequest",
                "UpdateMeRequest",
                "LoadtestUsersRequest",
                "IssueRequest",
                "CreateEventRequest",
                "PatchEventRequest"
            })
    void closesEveryBody(String schema) throws Exception {
        assertThat(errors(schema, "{\"surprise\":1}")).containsEntry("surprise", "is not known here");
    }

    private static Map<String, String> errors(String schema, String body) throws StrictJson.Malformed {
        JsonObject json = StrictJson.object(Buffer.buffer(body));
        return new BodySchema(DOCUMENT.schema(schema))
                .errors(json).stream().collect(Collectors.toMap(FieldError::field, FieldError::message));
    }
}
