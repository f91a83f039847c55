package io.couponrush.testkit;

import com.google.errorprone.annotations.MustBeClosed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * nginx with the very configuration of {@code conf/}, but for names, ports and places that are this machine's. As a
 * {@link Service} it is what clients meet.
 */
public final class Nginx implements Service, AutoCloseable {
    /** What it takes for a balancer that ended TLS. */
    public static final String BALANCER = "127.0.0.9";

    private static final String NODES =
            """
                    server node-a:8080 max_fails=1 fail_timeout=2s;
                    server node-b:8080 max_fails=1 fail_timeout=2s;
            """;

    private final Program program;
    private final int port;
    private final int tlsPort;
    private final Pem pem;
    private final Path log;
    private final Service behind;

    private Nginx(Program program, int port, int tlsPort, Pem pem, Path log, Service behind) {
        this.program = program;
        this.port = port;
        this.tlsPort = tlsPort;
        this.pem = pem;
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
        int port = FreePorts.find();
        int tlsPort = FreePorts.find();
        Pem pem = pem(home);
        Path balancers = Files.writeString(home.resolve("balancers.conf"), "set_real_ip_from " + BALANCER + ";\n");
        Path log = home.resolve("access.log");
        String conf = Files.readString(Path.of("conf", "nginx.conf"));
        for (var change : List.of(
                Map.entry("/tmp/", home + "/"), // before the others bring in such places
                Map.entry("/dev/stdout", log.toString()),
                Map.entry(NODES, servers(nodes)),
                Map.entry("/etc/nginx/tls/tls.crt", pem.certificate().toString()),
                Map.entry("/etc/nginx/tls/tls.key", pem.key().toString()),
                Map.entry("/etc/nginx/balancers.conf", balancers.toString()),
                Map.entry("listen 8080", "listen 127.0.0.1:" + port),
                Map.entry("listen 8443", "listen 127.0.0.1:" + tlsPort))) {
            if (!conf.contains(change.getKey())) throw new AssertionError("not in nginx.conf: " + change.getKey());
            conf = conf.replace(change.getKey(), change.getValue());
        }
        Path file = Files.writeString(home.resolve("nginx.conf"), conf);
        var command =
                new ArrayList<>(List.of(executable, "-p", home.toString(), "-e", "stderr", "-c", file.toString()));
        boolean root = "root".equals(System.getProperty("user.name"));
        command.addAll(List.of("-g", "daemon off;" + (root ? " user root;" : "")));
        return new Nginx(Program.start(command, home.resolve("said"), port), port, tlsPort, pem, log, behind);
    }

    private static Pem pem(Path home) throws IOException {
        try {
            return Pem.make(home.resolve("tls"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
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

    /** Without TLS, which it serves to this machine and to {@link #BALANCER} alone. */
    @Override
    public int port() {
        return port;
    }

    public int tlsPort() {
        return tlsPort;
    }

    /** What it shows to those who come by TLS. */
    public Pem pem() {
        return pem;
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
