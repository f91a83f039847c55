package io.couponrush.issuance;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/** The timers of a Vert.x event loop. */
final class VertxTimers implements Timers {
    private final Vertx vertx;
    private final Context context;

    VertxTimers(Vertx vertx, Context context) {
        this.vertx = vertx;
        this.context = context;
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public void soon(Runnable task) {
        context.runOnContext(v -> task.run());
    }

    @Override
    public void after(long millis, Runnable task) {
        vertx.setTimer(millis, id -> task.run());
    }

    @Override
    public RandomGenerator random() {
        return ThreadLocalRandom.current();
    }
}
