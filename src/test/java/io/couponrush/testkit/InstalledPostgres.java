package io.couponrush.testkit;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A Postgres of the test's own, made with the programs that this machine has installed, which unlike the embedded ones
 * have those for backups. It stays on its port, whatever its data are exchanged for.
 */
public final class InstalledPostgres implements AutoCloseable {
    private static final String NAME = "couponrush"; // of its user and of its database
    private static final int PATIENCE_S = 60;

    private final Path programs;
    private final Path directory;
    private final int port = FreePorts.find();
    private final boolean asRoot = "root".equals(System.getProperty("user.name"));

    private InstalledPostgres(Path programs, Path directory) {
        this.programs = programs;
        this.directory = directory;
        if (asRoot) execute(List.of("chown", "postgres", directory.toString())); // it refuses root
        runs("mkdir \"$BACKUPS\" \"$BACKUPS/wal\"");
        runs("initdb --pgdata=\"$PGDATA\" --username=\"$PGUSER\" --auth=trust --encoding=UTF8 --locale=C.UTF-8");
        runs("printf '%s\\n' \"port = $PGPORT\" \"listen_addresses = '127.0.0.1'\" \"unix_socket_directories = ''\""
                + " >>\"$PGDATA/postgresql.conf\"");
        runs("pg_ctl start -w --log=\"$PGDATA.log\"");
        runs("createdb \"$PGDATABASE\"");
    }

    /** With everything in that directory; empty where pg_dump, pg_basebackup or initdb is missing. */
    public static Optional<InstalledPostgres> start(Path directory) {
        return programs().map(found -> new InstalledPostgres(found, directory));
    }

    private static Optional<Path> programs() {
        return Stream.concat(packaged().stream(), path())
                .filter(bin -> Stream.of("initdb", "pg_ctl", "pg_dump", "pg_restore", "pg_basebackup", "psql")
                        .allMatch(program -> Files.isExecutable(bin.resolve(program))))
                .findFirst();
    }

    /** Where Debian has them, the newest first. */
    private static List<Path> packaged() {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions)) return List.of();
        try (var found = Files.list(versions)) {
            return found.sorted(Comparator.<Path>comparingInt(
                                    v -> Integer.parseInt(v.getFileName().toString()))
                            .reversed())
                    .map(version -> version.resolve("bin"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> path() {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1)).map(Path::of);
    }

    public String uri() {
        return "postgresql://" + NAME + ":trusted@127.0.0.1:" + port + "/" + NAME;
    }

    /** A script for bash, which knows $PGDATA, $BACKUPS and how to reach the server. Fails when any line of it does. */
    public void runs(String script) {
        runs(script, Map.of());
    }

    /** The same with more variables. */
    public void runs(String script, Map<String, String> variables) {
        var command = new ArrayList<String>();
        if (asRoot) command.addAll(List.of("runuser", "-u", "postgres", "--"));
        command.addAll(List.of("bash", "-euo", "pipefail", "-c", script));
        execute(command, variables);
    }

    private void execute(List<String> command) {
        execute(command, Map.of());
    }

    private void execute(List<String> command, Map<String, String> variables) {
        try {
            Path said = Files.createTempFile("postgres", ".log"); // a server that is started keeps a pipe open
            var builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
            builder.environment().putAll(environment());
            builder.environment().putAll(variables);
            Process process = builder.start();
            boolean ended = process.waitFor(PATIENCE_S, SECONDS);
            if (!ended) process.destroyForcibly();
            String text = Files.readString(said);
            Files.delete(said);
            if (!ended || process.exitValue() != 0) throw new AssertionError(command + " failed: " + text + log());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String log() throws IOException {
        Path log = directory.resolve("data.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    private Map<String, String> environment() {
        return Map.of(
                "PATH",
                programs + File.pathSeparator + System.getenv("PATH"),
                "PGHOST",
                "127.0.0.1",
                "PGPORT",
                "" + port,
                "PGUSER",
                NAME,
                "PGDATABASE",
                NAME,
                "PGDATA",
                directory.resolve("data").toString(),
                "BACKUPS",
                directory.resolve("backups").toString());
    }

    @Override
    public void close() {
        runs("pg_ctl stop -m immediate");
    }
}
