package io.couponrush;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.ops.Metrics;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.concurrent.TimeoutException;

/** The whole server in this JVM, for tests of other packages. */
public final class WholeServer implements AutoCloseable {
    private final Vertx vertx;
    private final Server server;

    private WholeServer(Vertx vertx, Server server) {
        this.vertx = vertx;
        this.server = server;
    }

    /** Reads the environment as {@code dev} would. */
    public static WholeServer start(Map<String, String> env) {
        Settings settings = SettingsLoader.read(Profile.DEV, env).settings();
        Metrics metrics = new Metrics();
        Vertx vertx = Node.start(settings.cluster(), metrics).await();
        return new WholeServer(vertx, Server.start(vertx, settings, metrics).await());
    }

    public int port() {
        return server.port();
    }

    @Override
    public void close() {
        try {
            server.stop().await(20, SECONDS);
            vertx.close().await(20, SECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e);
        }
    }
}
