package io.couponrush.timing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.testkit.OverheardLog;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SHORT = Duration.ofMillis(2);

    private final Vertx vertx = Vertx.vertx();
    private final AtomicInteger rounds = new AtomicInteger();

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void goesOnSoonWhileThereIsMore() {
        begin(SHORT, SHORT, round -> Future.succeededFuture(round < 5));
        await().untilAtomic(rounds, org.hamcrest.Matchers.greaterThanOrEqualTo(5));
    }

    @Test
    void waitsItsTimeWhenThereIsNoMore() throws InterruptedException {
        begin(LONG, SHORT, round -> Future.succeededFuture(true));
        Thread.sleep(50);
        assertThat(rounds).hasValue(0);
    }

    @Test
    void aFailureIsNotTheLastRound() {
        begin(SHORT, LONG, round -> Future.failedFuture("no"));
        await().untilAtomic(rounds, org.hamcrest.Matchers.greaterThan(3));
    }

    @Test
    void aRoundThatThrowsIsNotTheLast() {
        begin(SHORT, LONG, round -> {
            throw new IllegalStateException("no");
        });
        await().untilAtomic(rounds, org.hamcrest.Matchers.greaterThan(3));
    }

    @Test
    void theLogTellsOfTroubleOnceAndOfItsEnd() {
        var log = new OverheardLog();
        log.start();
        try {
            begin(SHORT, SHORT, round -> round > 4 ? Future.succeededFuture(false) : Future.failedFuture("no"));
            await().untilAtomic(rounds, org.hamcrest.Matchers.greaterThan(6));
        } finally {
            log.stop();
        }
        assertThat(log.lines())
                .filteredOn(line -> line.contains("a test") && !line.startsWith("DEBUG"))
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("WARN").contains("a test not finished"),
                        line -> assertThat(line).startsWith("INFO").contains("a test is done again"));
    }

    @Test
    void isNeverTwiceUnderWay() throws InterruptedException {
        Promise<Boolean> slow = Promise.promise();
        begin(SHORT, SHORT, round -> slow.future());
        await().untilAtomic(rounds, org.hamcrest.Matchers.equalTo(1));
        Thread.sleep(50);
        assertThat(rounds).hasValue(1);
        slow.complete(true);
        await().untilAtomic(rounds, org.hamcrest.Matchers.greaterThan(1));
    }

    @Test
    void onceEndedThereIsNoOtherAndTheLogKeepsQuiet() throws Exception {
        Promise<Boolean> last = Promise.promise();
        Rounds begun = begin(SHORT, SHORT, round -> last.future());
        await().untilAtomic(rounds, org.hamcrest.Matchers.equalTo(1));
        var log = new OverheardLog();
        log.start();
        try {
            begun.end();
            last.fail("what it needs is gone");
            Thread.sleep(50);
        } finally {
            log.stop();
        }
        assertThat(rounds).hasValue(1);
        assertThat(log.lines()).filteredOn(line -> line.contains("a test")).allSatisfy(line -> assertThat(line)
                .startsWith("DEBUG"));
    }

    @Test
    void thatAreEndedBeforeTheirTimeAreNone() throws InterruptedException {
        begin(Duration.ofMillis(20), SHORT, round -> Future.succeededFuture(true))
                .end();
        Thread.sleep(60);
        assertThat(rounds).hasValue(0);
    }

    @CanIgnoreReturnValue
    private Rounds begin(Duration every, Duration pause, IntFunction<Future<Boolean>> round) {
        var made = new Rounds(vertx, "a test", every, pause, () -> round.apply(rounds.incrementAndGet()));
        vertx.deployVerticle(new VerticleBase() {
                    @Override
                    public Future<?> start() {
                        made.begin();
                        return Future.succeededFuture();
                    }
                })
                .await();
        return made;
    }
}
