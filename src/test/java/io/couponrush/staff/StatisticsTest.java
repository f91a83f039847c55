package io.couponrush.staff;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private static final Instant NOON = Instant.parse("2026-02-11T12:00:00Z");

    private long nanos;
    private int readings;
    private Promise<Optional<EventStats>> answer = Promise.promise();
    private Future<Long> open = Future.succeededFuture(3L);
    private final Statistics statistics = new Statistics(
            id -> {
                readings++;
                return answer.future();
            },
            id -> open,
            () -> nanos);

    @Test
    void manyWhoAskAtOnceAreOneReading() {
        var first = statistics.of(1);
        var second = statistics.of(1);
        answer.complete(Optional.of(stats(10, 4)));
        assertThat(first.result()).isEqualTo(second.result()).isPresent();
        assertThat(readings).isEqualTo(1);
        assertThat(first.result().orElseThrow())
                .contains(Map.entry("issued", 4), Map.entry("remaining", 6), Map.entry("reserved", 3L));
    }

    @Test
    void areKeptForASecond() {
        answer.complete(Optional.of(stats(10, 4)));
        read();
        pass(Duration.ofMillis(999));
        read();
        assertThat(readings).isEqualTo(1);
        pass(Duration.ofMillis(2));
        read();
        assertThat(readings).isEqualTo(2);
    }

    @Test
    void areKeptTenTimesAsLongAsTheyTook() {
        var asked = statistics.of(1);
        pass(Duration.ofSeconds(2));
        answer.complete(Optional.of(stats(10, 4)));
        assertThat(asked.succeeded()).isTrue();
        pass(Duration.ofMillis(19_900));
        read();
        assertThat(readings).isEqualTo(1);
        pass(Duration.ofMillis(200));
        read();
        assertThat(readings).isEqualTo(2);
    }

    @Test
    void aFailureIsNotKept() {
        answer.fail("away");
        assertThat(statistics.of(1).failed()).isTrue();
        answer = Promise.promise();
        answer.complete(Optional.of(stats(10, 4)));
        assertThat(read()).isPresent();
    }

    @Test
    void sayWhenRedisCannotTell() {
        open = Future.failedFuture("away");
        answer.complete(Optional.of(stats(10, 4)));
        assertThat(read().orElseThrow().containsKey("reserved")).isTrue();
        assertThat(read().orElseThrow().getLong("reserved")).isNull();
    }

    @Test
    void timeToSellOutIsToldOnceItIs() {
        assertThat(stats(10, 9).json(null).getValue("secondsToSellOut")).isNull();
        assertThat(stats(10, 10).json(null).getValue("secondsToSellOut")).isEqualTo(1.5);
    }

    @Test
    void mailsAreMasked() {
        assertThat(EventStats.masked("mina@example.com")).isEqualTo("m***@example.com");
        assertThat(EventStats.masked("@")).isNull();
        assertThat(EventStats.masked(null)).isNull();
    }

    @CanIgnoreReturnValue
    private Optional<JsonObject> read() {
        return statistics.of(1).result();
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
    }

    private static EventStats stats(int total, int issued) {
        return new EventStats(
                1,
                NOON,
                total,
                issued,
                NOON,
                0,
                0,
                0,
                NOON,
                NOON.plusMillis(1_500),
                0,
                NOON,
                new JsonArray(),
                new JsonArray(),
                new JsonObject(),
                new JsonArray());
    }
}
