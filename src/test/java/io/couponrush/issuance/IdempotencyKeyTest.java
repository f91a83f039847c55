package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdempotencyKeyTest {
    private static final long NOW = 1_795_000_000_000L;

    @Test
    void ridsOfKeysAndOthersNeverMeet() {
        assertThat(IdempotencyKey.rid(1, "key").version()).isEqualTo(5);
        assertThat(IdempotencyKey.noKey(NOW).version()).isEqualTo(7);
        assertThat(IdempotencyKey.noKey(NOW).variant()).isEqualTo(2);
    }

    @Test
    void ridsWithoutAKeyAreEachAnother() {
        assertThat(Stream.generate(() -> IdempotencyKey.noKey(NOW)).limit(100_000))
                .doesNotHaveDuplicates();
    }

    @Test
    void ridsWithoutAKeyBeginWithTheirMillisecond() {
        UUID rid = IdempotencyKey.noKey(NOW);

        assertThat(rid.getMostSignificantBits() >>> 16).isEqualTo(NOW);
    }

    @Test
    void allOtherBitsOfRidsWithoutAKeyAreRandom() {
        long high = 0;
        long low = 0;
        UUID first = IdempotencyKey.noKey(NOW);
        for (int i = 0; i < 1_000; i++) {
            UUID next = IdempotencyKey.noKey(NOW);
            high |= first.getMostSignificantBits() ^ next.getMostSignificantBits();
            low |= first.getLeastSignificantBits() ^ next.getLeastSignificantBits();
        }

        assertThat(high & 0xFFFF).isEqualTo(0x0FFF);
        assertThat(low).isEqualTo(-1L >>> 2);
    }
}
