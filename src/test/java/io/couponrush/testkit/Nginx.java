package io.couponrush.testkit;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * nginx with the very configuration of {@code conf/}, but for names, ports and places that are this machine's. As a
 * {@link Service} it is what clients meet.
 */
public final class Nginx implements Service, AutoCloseable {
    private static final String NODES =
            """
                    server node-a:8080 max_fails=1 fail_timeout=2s;
                    server node-b:8080 max_fails=1 fail_timeout=2s;
            """;

    private final Program program;
    private final int port;
    private final Path log;
    private final Service behind;

    private Nginx(Program program, int port, Path log, Service behind) {
        this.program = program;
        this.port = port;
        this.log = log;
        this.behind = behind;
    }

    /**
     * In front of the nodes at those ports of loopback.
     *
     * @param behind one of them, which knows where the truth is kept
     */
    @MustBeClosed
    public static Nginx before(Service behind, List<Integer> nodes, String executable, Path directory)
            throws IOException {
        Path home = Files.createTempDirectory(directory, "nginx");
        int port = Program.freePort();
        Path log = home.resolve("access.log");
        String conf = Files.readString(Path.of("conf", "nginx.conf"));
        for (var change : List.of(
                Map.entry("/tmp/", home + "/"), // before the others bring in such places
                Map.entry("/dev/stdout", log.toString()),
                Map.entry(NODES, servers(nodes)),
                Map.entry("listen 8080", "listen 127.0.0.1:" + port))) {
            if (!conf.contains(change.getKey())) throw new AssertionError("not in nginx.conf: " + change.getKey());
            conf = conf.replace(change.getKey(), change.getValue());
        }
        Path file = Files.writeString(home.resolve("nginx.conf"), conf);
        var command =
                new ArrayList<>(List.of(executable, "-p", home.toString(), "-e", "stderr", "-c", file.toString()));
        boolean root = "root".equals(System.getProperty("user.name"));
        command.addAll(List.of("-g", "daemon off;" + (root ? " user root;" : "")));
        return new Nginx(Program.start(command, home.resolve("said"), port), port, log, behind);
    }

    /** The same line for each node, however many there are. */
    private static String servers(List<Integer> nodes) {
        String line = NODES.substring(0, NODES.indexOf('\n') + 1);
        return nodes.stream()
                .map(node -> line.replace("node-a:8080", "127.0.0.1:" + node))
                .collect(Collectors.joining());
    }

    /** Where it writes a line for each request. */
    public Path log() {
        return log;
    }

    @Override
    public int port() {
        return port;
    }

    @Override
    public String postgresUri() {
        return behind.postgresUri();
    }

    @Override
    public String redisUri() {
        return behind.redisUri();
    }

    @Override
    public void close() {
        program.close();
    }
}
