package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CouponCodesTest {
    private final CouponCodes codes = new CouponCodes();

    @Test
    void arePrefixHyphenAndElevenLettersThatNobodyMisreads() {
        assertThat(Stream.generate(() -> codes.next("SPRING24")).limit(1_000))
                .allMatch(code -> code.matches("SPRING24-[0-9A-HJKMNP-TV-Z]{11}"));
    }

    @Test
    void doNotRepeatWhenTheDrawnBytesRunOut() {
        assertThat(Stream.generate(() -> codes.next("CR")).limit(10_000)).doesNotHaveDuplicates();
    }

    @Test
    void useEveryLetterInEveryPlace() {
        var drawn = Stream.generate(() -> codes.next("CR")).limit(5_000).toList();

        assertThat(IntStream.range(3, 14).mapToObj(place -> drawn.stream()
                        .map(code -> code.charAt(place))
                        .distinct()
                        .count()))
                .containsOnly(32L);
    }

    @Test
    void areNotTheSameFromTwoMakers() {
        assertThat(new CouponCodes().next("CR")).isNotEqualTo(codes.next("CR"));
    }
}
