package io.couponrush;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.ops.Metrics;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The whole server in this JVM, for tests of other packages. */
public final class WholeServer implements AutoCloseable {
    private final Vertx vertx;
    private final Server server;
    private final @Nullable Tracing tracing;

    private WholeServer(Vertx vertx, Server server, @Nullable Tracing tracing) {
        this.vertx = vertx;
        this.server = server;
        this.tracing = tracing;
    }

    /** Reads the environment as {@code dev} would. */
    public static WholeServer start(Map<String, String> env) {
        Settings settings = SettingsLoader.read(Profile.DEV, env).settings();
        Metrics metrics = new Metrics();
        Tracing tracing = Node.tracing(settings, metrics);
        Vertx vertx = Node.start(settings.cluster(), metrics, tracing).await();
        return new WholeServer(vertx, Server.start(vertx, settings, metrics).await(), tracing);
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        try {
            server.stop().await(20, SECONDS);
            vertx.close().await(20, SECONDS);
            if (tracing != null) tracing.close().await(5, SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
