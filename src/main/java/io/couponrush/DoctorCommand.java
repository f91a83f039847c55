package io.couponrush;

import io.couponrush.backing.Finding;
import io.couponrush.backing.Finding.Level;
import io.couponrush.backing.Probes;
import io.couponrush.config.Profile;
import io.couponrush.config.Secret;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** Looks at everything a node needs before one is started. */
@Command(
        name = "doctor",
        description = "Checks Java, settings, Postgres, Redis, RabbitMQ and the port; says what to do.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {
    private final World world;

    @Option(names = "--for", description = "dev or serve: whose defaults and rules hold (serve).")
    private Profile profile = Profile.SERVE;

    DoctorCommand(World world) {
        this.world = world;
    }

    @Override
    public Integer call() {
        Logs.readable();
        SettingsLoader loader = SettingsLoader.read(profile, world.env());
        Settings settings = loader.salvaged();
        List<Finding> findings = new ArrayList<>();
        tell(findings, List.of(java()));
        tell(findings, settings(loader));
        tell(
                findings,
                backing("Postgres", settings.postgres().uri(), uri -> Probes.postgres(uri, InstantSource.system())));
        tell(findings, backing("Redis", settings.redis().uri(), Probes::redis));
        tell(findings, backing("RabbitMQ", settings.rabbitmq().uri(), Probes::rabbitmq));
        tell(findings, List.of(port(settings.http())));
        boolean fails = findings.stream().anyMatch(finding -> finding.level() == Level.FAIL);
        return fails ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    /** At once, because the next look may take seconds. */
    private void tell(List<Finding> all, List<Finding> found) {
        found.forEach(world.out()::println);
        world.out().flush();
        all.addAll(found);
    }

    private static Finding java() {
        Runtime.Version version = Runtime.version();
        long heap = Runtime.getRuntime().maxMemory() >> 20;
        String what = "Java " + version + ", heap up to " + heap + " MB";
        return heap >= 256 ? Finding.ok(what) : Finding.warn(what, "give it more with -Xmx512m");
    }

    private static List<Finding> settings(SettingsLoader loader) {
        if (loader.mistakes().isEmpty()) return List.of(Finding.ok("settings"));
        return loader.mistakes().stream()
                .map(mistake -> Finding.fail("settings: " + mistake, "see conf/couponrush.yaml"))
                .toList();
    }

    private List<Finding> backing(String name, @Nullable Secret uri, Function<Secret, List<Finding>> probe) {
        if (uri != null) return probe.apply(uri);
        return profile == Profile.DEV ? List.of(Finding.ok(name + ": dev starts its own")) : List.of();
    }

    private static Finding port(Settings.Http http) {
        String place = http.host() + ":" + http.port();
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(http.host(), http.port()));
            return Finding.ok("HTTP: " + place + " is free");
        } catch (IOException e) {
            return Finding.fail(
                    "HTTP: cannot listen on " + place + ": " + e.getMessage(),
                    "stop who listens there, or set http.port");
        }
    }
}
