package io.couponrush.ops;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import org.junit.jupiter.api.Test;

class LoopDelayTest {
    private static final int BLOCKED_MS = 600;

    @Test
    void tellsOfALoopThatIsBlocked() {
        Timer delays = new SimpleMeterRegistry().timer("delay");
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
        try {
            vertx.deployVerticle(new LoopDelay(delays, System::nanoTime))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
            await().until(() -> delays.count() >= 2);
            vertx.runOnContext(v -> block());
            await().untilAsserted(() -> assertThat(delays.max(MILLISECONDS)).isGreaterThan(BLOCKED_MS - 300));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    private static void block() {
        try {
            MILLISECONDS.sleep(BLOCKED_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
