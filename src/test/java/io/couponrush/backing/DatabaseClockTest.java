package io.couponrush.backing;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DatabaseClockTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    /** How far the database is ahead, and how long it takes there and back, by measurement. */
    private record Trip(Duration ahead, Duration there, Duration back) {}

    private final Deque<Trip> trips = new ArrayDeque<>();
    private final AtomicLong nanos = new AtomicLong();
    private Duration stepped = Duration.ZERO;
    private final DatabaseClock clock =
            new DatabaseClock(this::ask, () -> nodeTime().plus(stepped), nanos::get);

    private Instant nodeTime() {
        return NOON.plusNanos(nanos.get());
    }

    private Future<Instant> ask() {
        Trip trip = trips.poll();
        if (trip == null) {
            return Future.failedFuture("database is away");
        }
        nanos.addAndGet(trip.there().toNanos());
        Instant answer = nodeTime().plus(trip.ahead());
        nanos.addAndGet(trip.back().toNanos());
        return Future.succeededFuture(answer);
    }

    @Test
    void isTheNodesClockBeforeTheFirstMeasurement() {
        assertThat(clock.instant()).isEqualTo(NOON);
    }

    @Test
    void takesHalfTheRoundTripOff() {
        trips.addAll(List.of(trip(5000, 10, 10), trip(5000, 40, 40), trip(5000, 2, 2)));
        assertThat(clock.tick().succeeded()).isTrue();
        assertThat(clock.offset()).isEqualTo(Duration.ofSeconds(5));
        assertThat(clock.instant()).isEqualTo(nodeTime().plusSeconds(5));
    }

    @Test
    void tellsTheSameTimeInMilliseconds() {
        trips.addAll(List.of(trip(-300, 1, 1), trip(-300, 1, 1), trip(-300, 1, 1)));
        assertThat(clock.tick().succeeded()).isTrue();
        for (long step : new long[] {0, 1, 999_999, 1_000_000, 86_400_000_000_001L}) {
            nanos.addAndGet(step);
            assertThat(clock.millis()).isEqualTo(clock.instant().toEpochMilli());
        }
    }

    @Test
    void oneLopsidedRoundTripDoesNoHarm() {
        trips.addAll(List.of(trip(-300, 900, 0), trip(-300, 1, 1), trip(-300, 1, 1)));
        assertThat(clock.tick().succeeded()).isTrue();
        assertThat(clock.offset()).isEqualTo(Duration.ofMillis(-300));
    }

    @Test
    void keepsTheOffsetWhenTheDatabaseIsAway() {
        trips.addAll(List.of(trip(50, 1, 1), trip(50, 1, 1), trip(50, 1, 1)));
        assertThat(clock.tick().succeeded()).isTrue();
        trips.add(trip(9000, 1, 1));
        assertThat(clock.tick().failed()).isTrue();
        assertThat(clock.offset()).isEqualTo(Duration.ofMillis(50));
    }

    @Test
    void isNotMovedWhenSomebodySetsTheNodesClock() {
        trips.addAll(List.of(trip(50, 1, 1), trip(50, 1, 1), trip(50, 1, 1)));
        assertThat(clock.tick().succeeded()).isTrue();
        stepped = Duration.ofHours(-2);
        assertThat(clock.instant()).isEqualTo(nodeTime().plusMillis(50));
    }

    private static Trip trip(long ahead, long there, long back) {
        return new Trip(Duration.ofMillis(ahead), Duration.ofMillis(there), Duration.ofMillis(back));
    }
}
