package io.couponrush.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A line to a server that a test can cut, stall and whisper into. Passes from the start. */
public final class TcpProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final String host;
    private final int port;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile boolean passing = true;
    private volatile boolean stalled;

    public TcpProxy(String serverUri, int usualPort) {
        URI uri = URI.create(serverUri);
        host = uri.getHost();
        port = uri.getPort() < 0 ? usualPort : uri.getPort();
        try {
            listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    /** The same URI by way of the proxy. */
    public String uri(String serverUri) {
        return serverUri.replaceFirst("@[^/]+", "@127.0.0.1:" + listening.getLocalPort());
    }

    /** Closes every connection; new ones are closed at once. */
    public void cut() {
        passing = false;
        closeAll();
    }

    /** Closes every connection; new ones pass. */
    public void drop() {
        closeAll();
    }

    public void pass() {
        passing = true;
        stalled = false;
        synchronized (this) {
            notifyAll();
        }
    }

    /** Connections stay, but the server hears nothing any more. */
    public void stall() {
        stalled = true;
    }

    /** Says something to every client in the server's name: only while the line is silent. */
    public void whisper(byte[] bytes) throws IOException {
        for (Socket client : clients) {
            client.getOutputStream().write(bytes);
        }
    }

    /** Connections made so far. */
    public int connections() {
        return connections.get();
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket client = listening.accept();
                if (passing) {
                    connect(client);
                } else {
                    client.close();
                }
            } catch (IOException e) {
                // closed, or the server is away: the client finds out
            }
        }
    }

    private void connect(Socket client) throws IOException {
        var server = new Socket(host, port);
        connections.incrementAndGet();
        clients.add(client);
        sockets.add(client);
        sockets.add(server);
        daemon(() -> pump(client, server, true));
        daemon(() -> pump(server, client, false));
    }

    private void pump(Socket from, Socket to, boolean toServer) {
        byte[] buffer = new byte[16 * 1024];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitFlow(toServer);
                out.write(buffer, 0, read);
            }
        } catch (IOException | InterruptedException e) {
            // cut
        } finally {
            sockets.remove(from);
            clients.remove(from);
        }
    }

    private synchronized void awaitFlow(boolean toServer) throws InterruptedException {
        while (toServer && stalled) {
            wait();
        }
    }

    private void closeAll() {
        sockets.forEach(socket -> {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void daemon(Runnable task) {
        var thread = new Thread(task, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        pass();
        closeAll();
    }
}
