package io.couponrush.backing.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A real Postgres as a child process; owns the directory {@code postgres} of the data directory. */
final class EmbeddedPostgres implements RunningPart {
    private static final String NAME = "couponrush";
    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(60);

    /** What it says when a start may well succeed a moment later. */
    private static final Pattern PASSING_TROUBLE =
            Pattern.compile("could not bind|could not create any TCP/IP sockets|pre-existing shared memory block");

    private static final Pattern MAJOR = Pattern.compile("\\(PostgreSQL\\) (\\d+)");

    private static final Map<String, String> SETTINGS = new TreeMap<>(Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("max_connections", "100"),
            Map.entry("shared_buffers", "128MB"),
            Map.entry("fsync", "on"),
            Map.entry("synchronous_commit", "on"),
            Map.entry("full_page_writes", "on"),
            Map.entry("wal_buffers", "16MB"),
            Map.entry("max_wal_size", "1GB"),
            Map.entry("checkpoint_timeout", "15min"),
            Map.entry("jit", "off"),
            Map.entry("logging_collector", "off"),
            Map.entry("log_destination", "stderr"),
            Map.entry("log_timezone", "UTC"),
            Map.entry("timezone", "UTC"),
            Map.entry("lc_messages", "C"))); // the log is read for the words that mean "ready"

    private final ChildProcess child;
    private final String uri;

    private EmbeddedPostgres(ChildProcess child, String uri) {
        this.child = child;
        this.uri = uri;
    }

    static EmbeddedPostgres start(DataDir data, Binaries binaries) throws IOException {
        var directory = data.directory("postgres");
        var cluster = directory.resolve("data");
        Orphan.stop(cluster.resolve("postmaster.pid"), cluster.toString(), "INT");
        var bin = binaries.postgres(Platform.current().postgresArchive()).resolve("bin");
        var runAs = RunAs.probe(bin.resolve("postgres"));
        var password = data.secret("postgres");
        if (Files.exists(cluster)) {
            requireSameMajor(cluster, runAs.version());
            runAs.own(cluster);
        } else {
            create(cluster, bin, runAs, password);
        }
        return start(bin, runAs, cluster, password);
    }

    private static void requireSameMajor(Path cluster, String version) throws IOException {
        var found = DataDir.read(cluster.resolve("PG_VERSION"), "unknown");
        var matcher = MAJOR.matcher(version);
        var ours = matcher.find() ? matcher.group(1) : version;
        if (found.equals(ours)) return;
        throw new EmbeddedStackException(cluster + " was written by Postgres " + found + ", this is Postgres " + ours
                + " and cannot read it: name another data directory, or run the version that wrote it");
    }

    /** In a directory of another name first: a start that is killed midway leaves nothing behind that looks whole. */
    private static void create(Path cluster, Path bin, RunAs runAs, String password) throws IOException {
        var draft = cluster.resolveSibling("data.tmp");
        DataDir.deleteTree(draft);
        var passwordFile = cluster.resolveSibling("password.tmp");
        DataDir.writePrivate(passwordFile, password);
        runAs.own(passwordFile);
        var initdb = bin.resolve("initdb").toString();
        try {
            require(
                    runAs,
                    "",
                    List.of(
                            initdb,
                            "--pgdata=" + draft,
                            "--username=" + NAME,
                            "--auth=scram-sha-256",
                            "--pwfile=" + passwordFile,
                            "--encoding=UTF8",
                            "--locale=C",
                            "--locale-provider=builtin",
                            "--builtin-locale=C.UTF-8",
                            "--no-instructions",
                            "--no-sync"));
        } finally {
            Files.delete(passwordFile);
        }
        var single = List.of(bin.resolve("postgres").toString(), "--single", "-F", "-D", draft.toString(), "postgres");
        require(runAs, "create database " + NAME + "\n", single);
        require(runAs, "", List.of(initdb, "--sync-only", "--pgdata=" + draft));
        Files.move(draft, cluster, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void require(RunAs runAs, String input, List<String> command) {
        var mortal = Command.concat(List.of(LifeLine.available().dyingBy("KILL"), command));
        var result = Command.run(runAs.around(mortal), input);
        if (result.ok() && !result.output().contains("ERROR:")) return;
        throw new EmbeddedStackException(String.join(" ", command) + " failed: " + result.told());
    }

    private static EmbeddedPostgres start(Path bin, RunAs runAs, Path cluster, String password) throws IOException {
        var log = cluster.resolveSibling("postgres.log");
        var printed = "";
        for (int attempt = 0; attempt < FreePort.ATTEMPTS; attempt++) {
            var port = FreePort.find();
            var child = ChildProcess.start(runAs.prefix(), command(bin, cluster, port), log, "INT");
            if (child.awaitLine("ready to accept connections", RECOVERY_LIMIT)) {
                return new EmbeddedPostgres(
                        child, "postgresql://" + NAME + ":" + password + "@127.0.0.1:" + port + "/" + NAME);
            }
            child.stop();
            printed = child.lastOutput();
            if (!PASSING_TROUBLE.matcher(printed).find()) break;
        }
        throw new EmbeddedStackException(bin.resolve("postgres") + " did not get ready (log: " + log + "): " + printed);
    }

    private static List<String> command(Path bin, Path cluster, int port) {
        var command = new ArrayList<>(
                List.of(bin.resolve("postgres").toString(), "-D", cluster.toString(), "-p", Integer.toString(port)));
        SETTINGS.forEach((name, value) -> command.addAll(List.of("-c", name + "=" + value)));
        return command;
    }

    @Override
    public String uri() {
        return uri;
    }

    @Override
    public void stop() {
        child.stop();
    }
}
