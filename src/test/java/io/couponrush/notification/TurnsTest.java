package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.Notice;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private final Turns turns = new Turns();

    @Test
    void onlyGoForward() {
        assertThat(turns.advance(1, 1)).isTrue();
        assertThat(turns.advance(1, 1)).isFalse();
        assertThat(turns.advance(1, 3)).isTrue();
        assertThat(turns.advance(1, 2)).isFalse();
        assertThat(turns.advance(2, 1)).isTrue();
        assertThat(turns.outdated(1, 2)).isTrue();
        assertThat(turns.outdated(1, 3)).isFalse();
    }

    @Test
    void letANoticeOfATurnPassOnce() {
        assertThat(turns.passes(turn("coupon.soldout", 1))).isTrue();
        assertThat(turns.passes(turn("coupon.soldout", 1))).isFalse();
        assertThat(turns.passes(turn("coupon.reopened", 2))).isTrue();
        assertThat(turns.passes(turn("coupon.soldout", 1))).isFalse();
    }

    @Test
    void letEverythingElsePass() {
        assertThat(turns.advance(1, 9)).isTrue();
        assertThat(turns.passes(turn("coupon.event", 1))).isTrue();
        assertThat(turns.passes(
                        new Notice("coupon.users.1", "{\"type\":\"coupon.issued\",\"note\":\"coupon.soldout\"}")))
                .isTrue();
        assertThat(turns.passes(
                        new Notice("coupon.events.1", "{\"type\":\"coupon.soldout\",\"data\":{\"eventId\":1}}")))
                .isTrue();
        assertThat(turns.passes(new Notice("coupon.events.1", "coupon.soldout")))
                .isFalse();
    }

    private static Notice turn(String type, int generation) {
        return new Notice(
                Notice.toEvent(1),
                "{\"type\":\"%s\",\"data\":{\"eventId\":1,\"generation\":%d}}".formatted(type, generation));
    }
}
