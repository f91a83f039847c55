package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdempotencyKeyTest {

    @Test
    void ridsOfKeysAndOthersNeverMeet() {
        assertThat(IdempotencyKey.rid(1, "key").version()).isEqualTo(5);
        assertThat(IdempotencyKey.noKey().version()).isEqualTo(7);
        assertThat(IdempotencyKey.noKey().variant()).isEqualTo(2);
    }

    @Test
    void ridsWithoutAKeyAreEachAnother() {
        assertThat(Stream.generate(IdempotencyKey::noKey).limit(100_000)).doesNotHaveDuplicates();
    }

    @Test
    void ridsWithoutAKeyBeginWithTheirMillisecond() {
        long before = System.currentTimeMillis();
        UUID rid = IdempotencyKey.noKey();
        long after = System.currentTimeMillis();

        assertThat(rid.getMostSignificantBits() >>> 16).isBetween(before, after);
    }

    @Test
    void allOtherBitsOfRidsWithoutAKeyAreRandom() {
        long high = 0;
        long low = 0;
        UUID first = IdempotencyKey.noKey();
        for (int i = 0; i < 1_000; i++) {
            UUID next = IdempotencyKey.noKey();
            high |= first.getMostSignificantBits() ^ next.getMostSignificantBits();
            low |= first.getLeastSignificantBits() ^ next.getLeastSignificantBits();
        }

        assertThat(high & 0xFFFF).isEqualTo(0x0FFF);
        assertThat(low).isEqualTo(-1L >>> 2);
    }
}
