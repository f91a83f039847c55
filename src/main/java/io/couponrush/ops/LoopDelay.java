package io.couponrush.ops;

import io.micrometer.core.instrument.Timer;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Measures how late its event loop is: whatever runs there waits that long. To be deployed once for each loop. */
public final class LoopDelay extends VerticleBase {
    private static final long EVERY_MS = 250;

    private final Timer delay;
    private final LongSupplier nanoTime;

    LoopDelay(Timer delay, LongSupplier nanoTime) {
        this.delay = delay;
        this.nanoTime = nanoTime;
    }

    @Override
    public Future<?> start() {
        look();
        return Future.succeededFuture();
    }

    private void look() {
        long due = nanoTime.getAsLong() + TimeUnit.MILLISECONDS.toNanos(EVERY_MS);
        vertx.setTimer(EVERY_MS, id -> {
            delay.record(Math.max(0, nanoTime.getAsLong() - due), TimeUnit.NANOSECONDS);
            look();
        });
    }
}
