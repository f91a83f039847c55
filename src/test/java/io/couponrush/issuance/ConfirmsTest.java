package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class ConfirmsTest {
    private final Confirms confirms = new Confirms();

    @Test
    void aRowIsDoneWhenAllOfItsMessagesAre() throws InterruptedException {
        expect(1, 7);
        expect(2, 7);
        expect(3, 8);
        confirms.heard(1, false, true);
        confirms.heard(3, false, true);
        Confirms.Outcome outcome = confirms.await(1);
        assertThat(outcome.openRows()).containsExactly(7L);
        assertThat(outcome.confirmed()).isEqualTo(2);
        assertThat(outcome.unconfirmed()).isEqualTo(1);
        assertThat(outcome.late()).isTrue();
    }

    @Test
    void oneWordMayBeAboutMany() throws InterruptedException {
        for (int tag = 1; tag <= 5; tag++) expect(tag, tag);
        confirms.heard(3, true, true);
        confirms.heard(5, true, false);
        Confirms.Outcome outcome = confirms.await(1_000);
        assertThat(outcome.openRows()).containsExactlyInAnyOrder(4L, 5L);
        assertThat(outcome.confirmed()).isEqualTo(3);
        assertThat(outcome.late()).isFalse();
    }

    @Test
    void whatCameBackIsNotConfirmedByItsConfirm() throws InterruptedException {
        expect(1, 7);
        confirms.returned("m1");
        confirms.heard(1, false, true);
        Confirms.Outcome outcome = confirms.await(1_000);
        assertThat(outcome.openRows()).containsExactly(7L);
        assertThat(outcome.unconfirmed()).isEqualTo(1);
    }

    @Test
    void cameBackAndRefusedIsOneFailure() throws InterruptedException {
        expect(1, 7);
        confirms.returned("m1");
        confirms.heard(1, false, false);
        assertThat(confirms.await(1_000).unconfirmed()).isEqualTo(1);
    }

    @Test
    void aWordAboutTheBatchBeforeIsNotAboutThisOne() throws InterruptedException {
        expect(1, 7);
        expect(2, 7);
        confirms.begin();
        expect(3, 8);
        confirms.heard(2, true, true);
        assertThat(confirms.await(1).openRows()).containsExactly(8L);
    }

    @Test
    void nobodyWaitsForALostChannel() throws InterruptedException {
        expect(1, 7);
        confirms.lost();
        assertThat(confirms.await(60_000).openRows()).containsExactly(7L);
    }

    private void expect(long tag, long row) {
        confirms.expect(tag, new OutboxMessage(row, "m" + tag, "coupon.issued", Instant.EPOCH, "{}"));
    }
}
