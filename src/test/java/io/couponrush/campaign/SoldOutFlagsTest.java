package io.couponrush.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.StockTurned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SoldOutFlagsTest {
    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 10); // the clock may wrap
    private final SoldOutFlags flags = new SoldOutFlags(nanos::get);

    @Test
    void knowsNothingAtFirst() {
        assertThat(flags.soldOut(1)).isFalse();
    }

    @Test
    void shinesForASecond() {
        flags.apply(new StockTurned(1, 1));
        after(Duration.ofMillis(999));
        assertThat(flags.soldOut(1)).isTrue();
        after(Duration.ofMillis(1));
        assertThat(flags.soldOut(1)).isFalse();
    }

    @Test
    void isOfOneCampaignOnly() {
        flags.apply(new StockTurned(1, 1));
        assertThat(flags.soldOut(2)).isFalse();
    }

    @Test
    void sameGenerationArmsItAgain() {
        flags.apply(new StockTurned(1, 1));
        after(Duration.ofMillis(1500));
        flags.apply(new StockTurned(1, 1));
        assertThat(flags.soldOut(1)).isTrue();
    }

    @Test
    void fallsAtOnceWhenStockReturns() {
        flags.apply(new StockTurned(1, 1));
        flags.apply(new StockTurned(1, 2));
        assertThat(flags.soldOut(1)).isFalse();
    }

    @Test
    void lateGenerationsChangeNothing() {
        flags.apply(new StockTurned(1, 3));
        flags.apply(new StockTurned(1, 2));
        assertThat(flags.soldOut(1)).isTrue();
        flags.apply(new StockTurned(1, 4));
        flags.apply(new StockTurned(1, 3));
        assertThat(flags.soldOut(1)).isFalse();
    }

    @Test
    void highestGenerationWinsInWhateverOrderThreadsBringIt() throws Exception {
        var threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 50; round++) {
                long event = round;
                List<Integer> generations =
                        new ArrayList<>(IntStream.rangeClosed(1, 64).boxed().toList());
                Collections.shuffle(generations);
                List<Callable<Boolean>> work = generations.stream()
                        .<Callable<Boolean>>map(g -> () -> {
                            flags.apply(new StockTurned(event, g));
                            return flags.soldOut(event);
                        })
                        .toList();
                for (var done : threads.invokeAll(work)) {
                    done.get();
                }
                assertThat(flags.soldOut(event)).isFalse();
                flags.apply(new StockTurned(event, 65));
                assertThat(flags.soldOut(event)).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private void after(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
