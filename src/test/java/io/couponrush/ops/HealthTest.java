package io.couponrush.ops;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.ops.Health.State;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HealthTest {
    private final AtomicLong now = new AtomicLong(-5);
    private final AtomicInteger asked = new AtomicInteger();
    private final Health health = new Health(now::get);

    @Test
    void isReadyWhenAllThatIsNeededIsThere() throws Exception {
        health.needs("postgres", () -> Future.succeededFuture(State.of(true)));
        health.watches("rabbitmq", () -> Future.succeededFuture(new State(false, "no connection")));
        assertThat(ready().ready()).isTrue();
        assertThat(ready().body())
                .isEqualTo(
                        new JsonObject(
                                """
                        {"status":"UP","checks":[{"name":"postgres","status":"UP"},
                         {"name":"rabbitmq","status":"DOWN","detail":"no connection"}]}"""));
    }

    @Test
    void isNotReadyWithoutWhatItNeeds() throws Exception {
        health.needs("redis", () -> Future.failedFuture("password=secret"));
        health.needs("postgres", () -> {
            throw new IllegalStateException("secret");
        });
        assertThat(ready().ready()).isFalse();
        assertThat(ready().body().encode())
                .contains("\"status\":\"DOWN\"", "not reachable")
                .doesNotContain("secret");
    }

    @Test
    void waitsASecondForAnAnswer() throws Exception {
        health.needs("postgres", () -> Promise.<State>promise().future());
        assertThat(ready().body().encode()).contains("no answer within 1 s");
    }

    @Test
    void asksAtMostOnceASecond() throws Exception {
        health.needs("postgres", () -> {
            asked.incrementAndGet();
            return Future.succeededFuture(State.of(true));
        });
        for (int i = 0; i < 10; i++) {
            assertThat(ready().ready()).isTrue();
            now.addAndGet(TimeUnit.MILLISECONDS.toNanos(300));
        }
        assertThat(asked).hasValue(3);
    }

    @Test
    void isNotReadyWhileDraining() throws Exception {
        health.needs("postgres", () -> Future.succeededFuture(State.of(true)));
        health.drain();
        assertThat(ready().ready()).isFalse();
        assertThat(ready().body().getString("status")).isEqualTo("DRAINING");
    }

    private Health.Report ready() throws Exception {
        return health.ready().toCompletionStage().toCompletableFuture().get(3, TimeUnit.SECONDS);
    }
}
