package io.couponrush.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/** Speaks TLS before a server that does not, with a certificate of its own for {@code 127.0.0.1} and no other name. */
public final class TlsFront implements AutoCloseable {
    /** Of {@link #store()}. */
    public static final String PASSWORD = "changeit";

    private final Path store;
    private final URI server;
    private final SSLServerSocket listening;
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger trusted = new AtomicInteger();

    public TlsFront(Path directory, String serverUri, int usualPort) {
        URI uri = URI.create(serverUri);
        server = URI.create("tcp://" + uri.getHost() + ":" + (uri.getPort() < 0 ? usualPort : uri.getPort()));
        store = directory.resolve("front.p12");
        try {
            listening = (SSLServerSocket)
                    context().getServerSocketFactory().createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** The certificate, for those who are to trust it. */
    public Path store() {
        return store;
    }

    /** Connections so far. */
    public int asked() {
        return asked.get();
    }

    /** Those that got as far as to send something. */
    public int trusted() {
        return trusted.get();
    }

    private SSLContext context() throws IOException {
        try {
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-alias",
                            "front",
                            "-keyalg",
                            "EC",
                            "-dname",
                            "CN=front",
                            "-ext",
                            "SAN=ip:127.0.0.1",
                            "-validity",
                            "2",
                            "-storetype",
                            "PKCS12",
                            "-storepass",
                            PASSWORD,
                            "-keystore",
                            store.toString())
                    .inheritIO()
                    .start();
            if (keytool.waitFor() != 0) throw new IllegalStateException("keytool failed");
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(keys, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context;
        } catch (GeneralSecurityException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                var client = (SSLSocket) listening.accept();
                asked.incrementAndGet();
                daemon(() -> pass(client));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void pass(SSLSocket client) {
        try (client) {
            client.startHandshake();
            InputStream in = client.getInputStream();
            int first = in.read(); // in TLS 1.3 a client that does not trust us says so only now
            if (first < 0) return;
            trusted.incrementAndGet();
            try (var to = new Socket(server.getHost(), server.getPort())) {
                to.getOutputStream().write(first);
                daemon(() -> pump(to, client));
                in.transferTo(to.getOutputStream());
            }
        } catch (IOException e) {
            // not trusted, or gone
        }
    }

    private static void pump(Socket from, Socket to) {
        try (to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // gone
        }
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "tls-front");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
