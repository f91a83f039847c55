package io.couponrush;

import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.ops.Metrics;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** A node of the service: everything it needs is somewhere else and named in the settings. */
@Command(
        name = "serve",
        description = "Runs a node with your Postgres, Redis and RabbitMQ. Run migrate first.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    private static final Duration BEYOND_DRAIN = Duration.ofSeconds(5);
    private static final Duration FLUSH_SLACK = Duration.ofSeconds(1);
    private static final Duration LEAVE_CLUSTER = Duration.ofSeconds(10);

    private final World world;

    ServeCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        Logs.json();
        return new Lifecycle(world.err()).run(this::run);
    }

    private Future<Void> run(Lifecycle life) {
        Settings settings = SettingsLoader.read(Profile.SERVE, world.env()).settings();
        Server server = start(settings, life).server();
        life.up();
        Logger log = LoggerFactory.getLogger(ServeCommand.class);
        log.atInfo()
                .addKeyValue("action", "start")
                .log("serving on {}:{}", settings.http().host(), server.port());
        return server.lost();
    }

    /** Vert.x, and the server on it. */
    static Started start(Settings settings, Lifecycle life) {
        Metrics metrics = new Metrics();
        Tracing tracing = Node.tracing(settings, metrics);
        if (tracing != null) {
            life.started("traces", Tracing.FLUSH.plus(FLUSH_SLACK), tracing::close);
        }
        Vertx vertx = Node.start(settings.cluster(), metrics, tracing).await();
        life.started("Vert.x", LEAVE_CLUSTER, vertx::close);
        Server server = Server.start(vertx, settings, metrics).await();
        life.started("the server", settings.http().drain().plus(BEYOND_DRAIN), server::stop);
        return new Started(vertx, server);
    }

    /** What runs. */
    record Started(Vertx vertx, Server server) {}
}
