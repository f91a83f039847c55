package io.couponrush.backing.embedded;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.qpid.server.SystemLauncher;
import org.apache.qpid.server.SystemLauncherListener.DefaultSystemLauncherListener;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.BrokerImpl;
import org.apache.qpid.server.model.SystemConfig;
import org.jspecify.annotations.Nullable;

/**
 * An AMQP 0-9-1 broker (Qpid) inside this JVM; owns the directory {@code broker} of the data directory.
 *
 * <p>Needs the system class loader: it serves its own resources through a URL handler looked up there.
 */
final class EmbeddedBroker implements RunningPart {
    private static final String USER = "couponrush";
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private final SystemLauncher launcher;
    private final String uri;

    private EmbeddedBroker(SystemLauncher launcher, String uri) {
        this.launcher = launcher;
        this.uri = uri;
    }

    static EmbeddedBroker start(DataDir data) throws IOException {
        var password = data.secret("broker");
        var startup = new Startup();
        var launcher = new SystemLauncher(startup);
        try {
            launcher.startup(attributes(data.directory("broker").toString(), password));
            leaveSignalsToOthers(startup.broker());
            return new EmbeddedBroker(
                    launcher, "amqp://" + USER + ":" + password + "@127.0.0.1:" + startup.boundPort());
        } catch (Exception e) {
            launcher.shutdown(1);
            var why = startup.failure == null ? e : startup.failure;
            throw new EmbeddedStackException("the Qpid broker did not get ready: " + why, why);
        }
    }

    /** The broker has a hook of its own that ends it on a signal, while others still speak to it. */
    private static void leaveSignalsToOthers(Broker<?> broker) throws ReflectiveOperationException {
        Field hook = BrokerImpl.class.getDeclaredField("_shutdownHook");
        hook.setAccessible(true);
        Runtime.getRuntime().removeShutdownHook((Thread) hook.get(broker));
    }

    /** Configuration is made anew at each start, the virtual host with its queues and messages stays. */
    private static Map<String, Object> attributes(String directory, String password) {
        var blueprint = requireNonNull(EmbeddedBroker.class.getResource("/embedded/broker.json"));
        return Map.of(
                "type",
                "Memory",
                "initialConfigurationLocation",
                blueprint.toExternalForm(),
                "startupLoggedToSystemOut",
                "false",
                "context",
                Map.of("qpid.work_dir", directory, "couponrush.user", USER, "couponrush.password", password));
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public void stop() {
        var shutdown = new FutureTask<>(launcher::shutdown, true);
        var thread = new Thread(shutdown, "embedded-broker-stop");
        thread.setDaemon(true);
        thread.start();
        try {
            shutdown.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new EmbeddedStackException("the Qpid broker did not stop in order", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Keeps what the launcher tells nobody else: the port that was bound, and why there is none. */
    private static final class Startup extends DefaultSystemLauncherListener {
        private @Nullable SystemConfig<?> system;
        private @Nullable RuntimeException failure;

        @Override
        public void onContainerResolve(SystemConfig<?> systemConfig) {
            system = systemConfig;
        }

        @Override
        public void errorOnStartup(RuntimeException e) {
            failure = e;
        }

        Broker<?> broker() {
            if (requireNonNull(system).getContainer() instanceof Broker<?> broker) return broker;
            throw new IllegalStateException("there is none");
        }

        int boundPort() {
            for (var port : broker().getPorts()) {
                if (port.getBoundPort() > 0) return port.getBoundPort();
            }
            throw new IllegalStateException("it listens nowhere");
        }
    }
}
