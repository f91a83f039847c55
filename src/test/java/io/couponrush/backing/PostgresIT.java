package io.couponrush.backing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.TcpProxy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Pools whose server keeps silent, or whose users do. */
class PostgresIT {
    private static final int CONNECTIONS = 4;
    private static final Duration SILENCE = Duration.ofSeconds(3);
    private static final Duration SLACK = Duration.ofSeconds(5);
    private static final int LOCK = 7_266_099;

    private final Vertx vertx = Vertx.vertx();
    private final TcpProxy line = new TcpProxy(Backends.shared().postgresUri(), 5432);
    private final AtomicInteger reconnected = new AtomicInteger();

    @AfterEach
    void close() throws Exception {
        done(vertx.close());
        line.close();
    }

    @Test
    void silentConnectionsAreGivenUp() throws Exception {
        Pool pool = fullPool();
        line.swallow();
        for (int i = 0; i < CONNECTIONS; i++) {
            boolean answered = done(pool.query("select 1")
                    .execute()
                    .timeout(200, TimeUnit.MILLISECONDS)
                    .map(true)
                    .otherwise(false));
            assertThat(answered).isFalse();
        }
        line.pass(); // what has lost something stays silent

        await().atMost(SILENCE.plus(SLACK)).ignoreExceptions().untilAsserted(() -> assertThat(
                        done(pool.query("select 1").execute()).size())
                .isEqualTo(1));
        await().atMost(SLACK).untilAsserted(() -> assertThat(reconnected).hasPositiveValue());
    }

    @Test
    void connectionsThatNobodyNeedsStay() throws Exception {
        Pool pool = fullPool();

        TimeUnit.MILLISECONDS.sleep(SILENCE.multipliedBy(2).toMillis());

        assertThat(pool.size()).isEqualTo(CONNECTIONS);
        assertThat(line.connections()).isEqualTo(CONNECTIONS);
        assertThat(reconnected).hasValue(0);
    }

    @Test
    void aTransactionThatIsLeftAloneLetsItsLocksGo() throws Exception {
        Pool pool = Postgres.pool(vertx, settings(Backends.shared().postgresUri()), () -> {});
        SqlConnection hangs = done(pool.getConnection());
        done(hangs.begin().compose(tx -> hangs.query(locking()).execute()));

        await().atMost(SILENCE.plus(SLACK))
                .ignoreExceptions()
                .untilAsserted(() ->
                        done(pool.withTransaction(tx -> tx.query(locking()).execute())));
    }

    private static String locking() {
        return "select pg_advisory_xact_lock(" + LOCK + ")";
    }

    /** All its connections are made. */
    private Pool fullPool() throws Exception {
        Pool pool = Postgres.pool(
                vertx,
                settings(line.uri(Backends.shared().postgresUri())),
                "postgres-claims",
                CONNECTIONS,
                100,
                reconnected::incrementAndGet);
        done(Future.all(Stream.generate(() -> pool.query("select pg_sleep(0.3)").execute())
                .limit(CONNECTIONS)
                .toList()));
        assertThat(line.connections()).isEqualTo(CONNECTIONS);
        return pool;
    }

    private static Settings.Postgres settings(String uri) {
        return SettingsLoader.read(
                        Profile.DEV,
                        Map.of("COUPONRUSH_POSTGRES_URI", uri, "COUPONRUSH_POSTGRES_CONNECT_TIMEOUT", "10s"))
                .settings()
                .postgres();
    }

    @CanIgnoreReturnValue
    private static <T> T done(Future<T> future) throws Exception {
        return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }
}
