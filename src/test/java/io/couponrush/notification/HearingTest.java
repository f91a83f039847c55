package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.Notice;
import io.couponrush.bus.Notices;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HearingTest {
    private static final UUID TELLER = new UUID(0, 1);
    private static final UUID OTHER = new UUID(0, 2);

    private final AtomicLong now = new AtomicLong();
    private final Hearing hearing = new Hearing(now::get);

    @Test
    void missesNothingWhileNumbersFollowEachOther() {
        assertThat(hearing.missedBefore(beat(TELLER, 0))).isFalse();
        assertThat(hearing.missedBefore(told(TELLER, 1))).isFalse();
        assertThat(hearing.missedBefore(beat(TELLER, 1))).isFalse();
        assertThat(hearing.missedBefore(told(OTHER, 1))).isFalse();
        assertThat(hearing.missedBefore(told(TELLER, 2))).isFalse();
    }

    @Test
    void findsOutByTheNextMessage() {
        assertThat(hearing.missedBefore(told(TELLER, 1))).isFalse();
        assertThat(hearing.missedBefore(told(TELLER, 3))).isTrue();
        assertThat(hearing.missedBefore(told(TELLER, 4))).isFalse();
    }

    @Test
    void findsOutByTheBeatWhenNothingFollows() {
        assertThat(hearing.missedBefore(told(TELLER, 1))).isFalse();
        assertThat(hearing.missedBefore(beat(TELLER, 2))).isTrue();
        assertThat(hearing.missedBefore(beat(TELLER, 2))).isFalse();
        assertThat(hearing.missedBefore(told(TELLER, 3))).isFalse();
    }

    @Test
    void whoeverIsHeardForTheFirstTimeMayHaveTold() {
        assertThat(hearing.missedBefore(beat(TELLER, 7))).isTrue();
        assertThat(hearing.missedBefore(told(OTHER, 2))).isTrue();
    }

    @Test
    void silenceCountsOnceAndWhatComesAfterItIsNew() {
        assertThat(hearing.missedBefore(told(TELLER, 1))).isFalse();
        pass(Duration.ofSeconds(3));
        assertThat(hearing.missedBefore(beat(OTHER, 0))).isFalse();
        assertThat(hearing.someoneFellSilent()).isFalse();
        pass(Duration.ofSeconds(2));
        assertThat(hearing.someoneFellSilent()).isTrue();
        assertThat(hearing.someoneFellSilent()).isFalse();
        assertThat(hearing.missedBefore(beat(TELLER, 1))).isTrue();
    }

    @Test
    void afterAFarewellNobodyIsMissed() {
        assertThat(hearing.missedBefore(told(TELLER, 1))).isFalse();
        assertThat(hearing.missedBefore(beat(TELLER, Notices.FAREWELL))).isFalse();
        pass(Duration.ofSeconds(9));
        assertThat(hearing.someoneFellSilent()).isFalse();
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static Notices beat(UUID teller, long number) {
        return new Notices(List.of(), teller, number);
    }

    private static Notices told(UUID teller, long number) {
        return new Notices(List.of(new Notice(Notice.toUser(9), "{}")), teller, number);
    }
}
