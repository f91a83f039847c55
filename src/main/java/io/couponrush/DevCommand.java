package io.couponrush;

import io.couponrush.backing.Migrations;
import io.couponrush.backing.embedded.EmbeddedStack;
import io.couponrush.backing.embedded.EmbeddedStack.Part;
import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.vertx.core.Future;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** Everything on one machine: what the settings do not name is started from the data directory. */
@Command(
        name = "dev",
        description =
                "Runs everything on this machine, with embedded Postgres, Redis and AMQP broker and a demo campaign.",
        mixinStandardHelpOptions = true)
final class DevCommand implements Callable<Integer> {
    private static final Duration STOP_EMBEDDED = Duration.ofSeconds(35);

    private final World world;

    DevCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        Logs.readable();
        stopWithParent();
        return new Lifecycle(world.err()).run(this::run);
    }

    /** Maven does not pass a signal on to what it runs: its end, however it came, is a request to stop. */
    private static void stopWithParent() {
        if (Boolean.getBoolean("couponrush.stopWithParent")) {
            var watch = new Thread(DevCommand::awaitParent, "parent");
            watch.setDaemon(true);
            watch.start();
        }
    }

    private static void awaitParent() {
        var parent = ProcessHandle.current().parent().map(ProcessHandle::onExit);
        parent.ifPresent(CompletableFuture::join);
        System.exit(0);
    }

    private Future<Void> run(Lifecycle life) throws IOException {
        Settings asked = SettingsLoader.read(Profile.DEV, world.env()).settings();
        Settings settings = completed(asked, life);
        if (asked.postgres().uri() != null) migrate(asked.postgres().uri().reveal());
        ServeCommand.Started node = ServeCommand.start(settings, life);
        Demo.Shelf shelf = Demo.seed(node.server()).await();
        life.up();
        world.out().print(Banner.of(settings, node.server().port(), shelf));
        world.out().flush();
        return node.server().lost();
    }

    /** What is not set is made here, and goes into the settings as if the environment had named it. */
    private Settings completed(Settings asked, Lifecycle life) throws IOException {
        Map<String, String> env = new HashMap<>(world.env());
        Set<Part> parts = EnumSet.noneOf(Part.class);
        if (asked.postgres().uri() == null) parts.add(Part.POSTGRES);
        if (asked.redis().uri() == null) parts.add(Part.REDIS);
        if (asked.rabbitmq().uri() == null) parts.add(Part.BROKER);
        if (!parts.isEmpty()) {
            EmbeddedStack stack = EmbeddedStack.start(asked.dataDir(), parts, DevCommand::migrate);
            life.started("the embedded stack", STOP_EMBEDDED, () -> closed(stack));
            if (parts.contains(Part.POSTGRES)) env.put("COUPONRUSH_POSTGRES_URI", stack.postgresUri());
            if (parts.contains(Part.REDIS)) env.put("COUPONRUSH_REDIS_URI", stack.redisUri());
            if (parts.contains(Part.BROKER)) env.put("COUPONRUSH_RABBITMQ_URI", stack.rabbitmqUri());
        }
        if (asked.jwt().secret() == null) env.put("COUPONRUSH_JWT_SECRET", KeptSecret.in(asked.dataDir()));
        return SettingsLoader.read(Profile.DEV, env).settings();
    }

    private static void migrate(String postgresUri) {
        int applied = Migrations.migrate(postgresUri);
        if (applied > 0) LoggerFactory.getLogger(DevCommand.class).info("migrations applied: {}", applied);
    }

    private static Future<Void> closed(EmbeddedStack stack) {
        stack.close();
        return Future.succeededFuture();
    }
}
