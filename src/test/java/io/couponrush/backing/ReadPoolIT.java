package io.couponrush.backing;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.testkit.Backends;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReadPoolIT {
    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong nanos = new AtomicLong();

    @AfterEach
    void close() throws Exception {
        done(vertx.close());
    }

    @Test
    void replicaIsReadOnceItIsKnownToFollow() throws Exception {
        var settings = settings(Backends.shared().freshDatabase());
        Pool primary = Postgres.pool(vertx, settings, () -> {});
        var reads = new ReadPool(vertx, primary, settings, nanos::get);
        assertThat(reads.get()).isSameAs(primary);
        done(reads.look());
        assertThat(reads.get()).as("asked, not answered").isSameAs(primary);
        done(reads.look());
        assertThat(reads.get()).isNotSameAs(primary);
        after(Duration.ofSeconds(2));
        assertThat(reads.get()).as("for too long nobody knows").isSameAs(primary);
        done(reads.look());
        done(reads.look());
        assertThat(reads.get()).isNotSameAs(primary);
    }

    @Test
    void replicaThatIsAwayIsNotRead() throws Exception {
        var settings = settings("postgresql://postgres@127.0.0.1:1/postgres");
        Pool primary = Postgres.pool(vertx, settings, () -> {});
        var reads = new ReadPool(vertx, primary, settings, nanos::get);
        done(reads.look());
        assertThat(done(reads.look().map(false).otherwise(true))).isTrue();
        assertThat(reads.get()).isSameAs(primary);
    }

    @Test
    void withoutAReplicaThePrimaryIsRead() throws Exception {
        var settings = settings(null);
        Pool primary = Postgres.pool(vertx, settings, () -> {});
        var reads = new ReadPool(vertx, primary, settings, nanos::get);
        done(reads.look());
        assertThat(reads.hasReplica()).isFalse();
        assertThat(reads.get()).isSameAs(primary);
    }

    private void after(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private static Settings.Postgres settings(@Nullable String readUri) {
        Map<String, String> env = new HashMap<>();
        env.put("COUPONRUSH_POSTGRES_URI", Backends.shared().postgresUri());
        if (readUri != null) env.put("COUPONRUSH_POSTGRES_READ_URI", readUri);
        return SettingsLoader.read(Profile.DEV, env).settings().postgres();
    }

    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
