package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.issuance.Repeater.Next;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RepeaterTest {
    private final Deque<Promise<Next>> runs = new ArrayDeque<>();
    private final Deque<Runnable> soon = new ArrayDeque<>();
    private final Deque<Runnable> later = new ArrayDeque<>();
    private final List<Long> rests = new ArrayList<>();
    private int started;

    private final Repeater repeater = new Repeater(
            new Timers() {
                @Override
                public long nanoTime() {
                    return 0;
                }

                @Override
                public void soon(Runnable task) {
                    soon.add(task);
                }

                @Override
                public void after(long millis, Runnable task) {
                    rests.add(millis);
                    later.add(task);
                }

                @Override
                public RandomGenerator random() {
                    return new SplittableRandom(1);
                }
            },
            () -> {
                started++;
                Promise<Next> run = Promise.promise();
                runs.add(run);
                return run.future();
            });

    @Test
    void runsOnceMoreForAllWhoWokeItMeanwhile() {
        for (int i = 0; i < 5; i++) repeater.wake();
        assertThat(started).isEqualTo(1);
        end(Next.IDLE);
        assertThat(started).isEqualTo(2);
        end(Next.IDLE);
        assertThat(started).isEqualTo(2);
    }

    @Test
    void goesOnWhileThereIsMore() {
        repeater.wake();
        end(Next.MORE);
        end(Next.MORE);
        end(Next.IDLE);
        assertThat(started).isEqualTo(3);
    }

    @Test
    void restsLongerAfterEachFailureAndNobodyWakesIt() {
        repeater.wake();
        for (int i = 0; i < 12; i++) {
            Objects.requireNonNull(runs.poll()).fail("no broker");
            repeater.wake();
            assertThat(started).isEqualTo(i + 1);
            Objects.requireNonNull(later.poll()).run();
        }
        assertThat(rests.get(0)).isBetween(50L, 100L);
        assertThat(rests.get(11)).isBetween(2_500L, 5_000L);
    }

    @Test
    void stopWaitsForTheRunAndStartsNoOther() {
        repeater.wake();
        repeater.wake();
        var stopped = repeater.stop();
        assertThat(stopped.isComplete()).isFalse();
        end(Next.MORE);
        assertThat(stopped.succeeded()).isTrue();
        assertThat(started).isEqualTo(1);
    }

    private void end(Next next) {
        Objects.requireNonNull(runs.poll()).complete(next);
        while (!soon.isEmpty()) soon.poll().run();
    }
}
