package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.http.Problem.FieldError;
import io.vertx.ext.web.RoutingContext;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryParamsTest {
    private enum Status {
        ACTIVE,
        ENDED
    }

    @Test
    void readsWhatIsRight() {
        var params = params("limit=100", "cursor=" + QueryParams.cursorOf("7:x"), "status=active", "eventId=9");
        assertThat(params.limit()).isEqualTo(100);
        assertThat(params.cursor()).isEqualTo("7:x");
        assertThat(params.oneOf("status", Status.class)).isEqualTo(Status.ACTIVE);
        assertThat(params.id("eventId")).hasValue(9);
        assertThat(params.problem()).isNull();
    }

    @Test
    void hasDefaults() {
        var params = params();
        assertThat(params.limit()).isEqualTo(20);
        assertThat(params.cursor()).isNull();
        assertThat(params.oneOf("status", Status.class)).isNull();
        assertThat(params.id("eventId")).isEmpty();
        assertThat(params.problem()).isNull();
    }

    @Test
    void collectsAllThatIsWrong() {
        var params = params("limit=0", "cursor=!", "status=ACTIVE", "eventId=-1");
        read(params);
        assertThat(Objects.requireNonNull(params.problem()).errors())
                .containsExactly(
                        new FieldError("limit", "must be a whole number from 1 to 100"),
                        new FieldError("cursor", "must be the nextCursor of an earlier answer"),
                        new FieldError("status", "must be one of active, ended"),
                        new FieldError("eventId", "must be a positive whole number"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "0", "-1", "+1", "101", "1.0", "1e1", "ten", " 1", "٣", "01", "99999999999999999999", "0x1"})
    void refusesOtherLimits(String limit) {
        var params = params("limit=" + limit);
        assertThat(params.limit()).isEqualTo(20);
        assertThat(params.problem()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "%", "a", "a=b", "AA", "_w", "../..", "YWJj\nZA"})
    void refusesOtherCursors(String cursor) {
        var params = params("cursor=" + cursor);
        assertThat(params.cursor()).isIn(null, "");
        assertThat(params.problem()).isNotNull();
    }

    @Test
    void refusesAParameterThatIsGivenTwice() {
        var params = params("limit=1", "limit=2");
        assertThat(params.limit()).isEqualTo(20);
        assertThat(params.problem()).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "9223372036854775807, 9223372036854775807"})
    void takesIds(String text, long id) {
        assertThat(QueryParams.pathId(context(List.of(), text), "id")).isEqualTo(OptionalLong.of(id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "x", "1x", "9223372036854775808", "99999999999999999999", "1.0", "", "١", "1 "})
    void takesNothingElseForAnId(String text) {
        assertThat(QueryParams.pathId(context(List.of(), text), "id")).isEmpty();
    }

    private static void read(QueryParams params) {
        var unused = List.of(params.limit(), String.valueOf(params.cursor()));
        var status = params.oneOf("status", Status.class);
        assertThat(status).isNull();
        assertThat(params.id("eventId")).isEmpty();
    }

    private static QueryParams params(String... query) {
        return new QueryParams(context(List.of(query), null));
    }

    private static RoutingContext context(List<String> query, @Nullable String pathParam) {
        return (RoutingContext) Proxy.newProxyInstance(
                QueryParamsTest.class.getClassLoader(),
                new Class<?>[] {RoutingContext.class},
                (proxy, method, args) ->
                        method.getName().equals("pathParam") ? pathParam : values(query, args[0] + "="));
    }

    private static List<String> values(List<String> query, String prefix) {
        return query.stream()
                .filter(p -> p.startsWith(prefix))
                .map(p -> p.substring(prefix.length()))
                .toList();
    }
}
