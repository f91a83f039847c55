package io.couponrush.backing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReplacementsTest {
    private final AtomicInteger told = new AtomicInteger();
    private final Replacements replacements = new Replacements(told::incrementAndGet);

    @Test
    void aPoolThatGrowsReplacesNothing() {
        for (int size = 1; size <= 8; size++) replacements.made(size);
        assertThat(told).hasValue(0);
    }

    @Test
    void whatComesAfterALossDoes() {
        replacements.made(1);
        replacements.made(2);
        replacements.made(1); // both were lost
        replacements.made(2);
        assertThat(told).hasValue(2);
        replacements.made(3);
        assertThat(told).hasValue(2);
        replacements.made(3);
        assertThat(told).hasValue(3);
    }
}
