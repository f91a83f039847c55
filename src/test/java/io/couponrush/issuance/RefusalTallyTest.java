package io.couponrush.issuance;

import static io.couponrush.bus.Refusal.COUPON_SOLD_OUT;
import static io.couponrush.bus.Refusal.EVENT_PAUSED;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusalTallyTest {
    private final Map<RefusalTally.Key, Long> kept = new HashMap<>();
    private boolean away;
    private final RefusalTally tally = new RefusalTally(counts -> {
        if (away) return Future.failedFuture("away");
        counts.forEach((key, count) -> kept.merge(key, count, Long::sum));
        return Future.succeededFuture();
    });

    @Test
    void addsWhatWasCountedSince() {
        tally.count(1, COUPON_SOLD_OUT);
        flush();
        tally.count(1, COUPON_SOLD_OUT);
        tally.count(2, EVENT_PAUSED);
        flush();
        flush();
        assertThat(kept)
                .isEqualTo(Map.of(
                        new RefusalTally.Key(1, COUPON_SOLD_OUT), 2L, new RefusalTally.Key(2, EVENT_PAUSED), 1L));
    }

    @Test
    void keepsWhatCouldNotBeWritten() {
        away = true;
        tally.count(1, COUPON_SOLD_OUT);
        flush();
        tally.count(1, COUPON_SOLD_OUT);
        away = false;
        flush();
        assertThat(kept).isEqualTo(Map.of(new RefusalTally.Key(1, COUPON_SOLD_OUT), 2L));
    }

    @Test
    void losesNothingWhileItIsWritten() {
        Thread writer = new Thread(() -> {
            for (int i = 0; i < 200; i++) flush();
        });
        writer.start();
        IntStream.range(0, 100_000).parallel().forEach(i -> tally.count(1, COUPON_SOLD_OUT));
        join(writer);
        flush();
        assertThat(kept).isEqualTo(Map.of(new RefusalTally.Key(1, COUPON_SOLD_OUT), 100_000L));
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void flush() {
        assertThat(tally.flush().succeeded()).isTrue();
    }
}
