package io.couponrush.backing.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A real Redis as a child process; owns the directory {@code redis} of the data directory. */
final class EmbeddedRedis implements RunningPart {
    private static final Duration LOAD_LIMIT = Duration.ofSeconds(60);

    private final ChildProcess child;
    private final String uri;

    private EmbeddedRedis(ChildProcess child, String uri) {
        this.child = child;
        this.uri = uri;
    }

    static EmbeddedRedis start(DataDir data, Binaries binaries) throws IOException {
        var directory = data.directory("redis");
        var settings = directory.resolve("redis.conf");
        var pidFile = directory.resolve("redis.pid");
        Orphan.stop(pidFile, settings.toString(), "TERM");
        var executable = executable(binaries);
        var password = data.secret("redis");
        var log = directory.resolve("redis.log");
        var printed = "";
        for (int attempt = 0; attempt < FreePort.ATTEMPTS; attempt++) {
            var port = FreePort.find();
            DataDir.writePrivate(settings, settings(port, directory, pidFile, password));
            var child = ChildProcess.start(List.of(), List.of(executable, settings.toString()), log, "TERM");
            if (child.awaitLine("Ready to accept connections", LOAD_LIMIT)) {
                return new EmbeddedRedis(child, "redis://:" + password + "@127.0.0.1:" + port);
            }
            child.stop();
            printed = child.lastOutput();
            if (!printed.contains("Address already in use")) break;
        }
        throw new EmbeddedStackException(executable + " did not get ready (log: " + log + "): " + printed);
    }

    /** The one from the jar, for it is the one we know; else whatever this machine has. */
    private static String executable(Binaries binaries) throws IOException {
        var carried = binaries.redis(Platform.current().redisServer()).toString();
        var answer = Command.run(List.of(carried, "--version"));
        if (answer.ok()) return carried;
        for (var onPath : List.of("redis-server", "valkey-server")) {
            if (Command.run(List.of(onPath, "--version")).ok()) return onPath;
        }
        throw new EmbeddedStackException(carried + " does not run here (" + answer.told()
                + ") and there is no redis-server or valkey-server on the PATH");
    }

    /** A file and not arguments, as those are everybody's to read; the title stays, as it tells an orphan apart. */
    private static String settings(int port, Path directory, Path pidFile, String password) {
        return """
                bind 127.0.0.1
                port %d
                requirepass %s
                dir %s
                pidfile %s
                appendonly no
                save ""
                maxmemory-policy noeviction
                hash-max-listpack-entries 0
                set-proc-title no
                """
                .formatted(port, password, quoted(directory), quoted(pidFile));
    }

    private static String quoted(Path path) {
        return '"' + path.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
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
