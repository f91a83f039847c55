package io.couponrush.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** A line to a server that a test can cut, stall, slow down, make deaf and whisper into. Passes from the start. */
public final class TcpProxy implements AutoCloseable {
    private final ServerSocket listening;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private volatile URI server;
    private volatile boolean passing = true;
    private volatile boolean stalled;
    private volatile boolean losingRequests;
    private volatile boolean losingReplies;
    private volatile long delayMillis;

    public TcpProxy(String serverUri, int usualPort) {
        this(serverUri, usualPort, "127.0.0.1");
    }

    /** For clients that reach this machine at that address. */
    public TcpProxy(String serverUri, int usualPort, String host) {
        leadsTo(serverUri, usualPort);
        try {
            listening = new ServerSocket(0, 50, InetAddress.getByName(host));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(this::accept);
    }

    /** From the next connection on. */
    public void leadsTo(String serverUri, int usualPort) {
        URI uri = URI.create(serverUri);
        int port = uri.getPort() < 0 ? usualPort : uri.getPort();
        server = URI.create("tcp://" + uri.getHost() + ":" + port);
    }

    /** The same URI by way of the proxy. */
    public String uri(String serverUri) {
        String host = listening.getInetAddress().getHostAddress();
        return serverUri.replaceFirst("//([^@/]*@)?[^/]+", "//$1" + host + ":" + port());
    }

    public int port() {
        return listening.getLocalPort();
    }

    /** Closes every connection; new ones are closed at once. */
    public void cut() {
        passing = false;
        closeAll(false);
    }

    /** Closes every connection; new ones pass. */
    public void drop() {
        closeAll(false);
    }

    /** As {@link #drop}, but without a farewell: RST instead of FIN. */
    public void reset() {
        closeAll(true);
    }

    /** Everything is well again, except for connections that have lost something: those stay silent until {@link #drop}. */
    public void pass() {
        passing = true;
        stalled = false;
        losingRequests = false;
        losingReplies = false;
        delayMillis = 0;
        synchronized (this) {
            notifyAll();
        }
    }

    /** Connections stay, but the server hears nothing until {@link #pass}: then it hears all of it, late. */
    public void stall() {
        stalled = true;
    }

    /** Connections stay, and are made, but everything is lost both ways. */
    public void swallow() {
        losingRequests = true;
        losingReplies = true;
    }

    /** The server hears and acts, but nobody hears its replies. */
    public void loseReplies() {
        losingReplies = true;
    }

    /** Each chunk takes that long, either way. */
    public void slow(long millis) {
        delayMillis = millis;
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

    /** Bytes lost so far. */
    public long lost() {
        return lost.get();
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
        Socket to;
        try {
            to = new Socket(server.getHost(), server.getPort());
        } catch (IOException e) {
            client.close();
            throw e;
        }
        connections.incrementAndGet();
        client.setTcpNoDelay(true);
        to.setTcpNoDelay(true);
        clients.add(client);
        sockets.add(client);
        sockets.add(to);
        daemon(() -> pump(client, to, true));
        daemon(() -> pump(to, client, false));
    }

    private void pump(Socket from, Socket to, boolean toServer) {
        byte[] buffer = new byte[16 * 1024];
        boolean losing = false; // who has missed something must not hear what comes after it
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                awaitFlow(toServer);
                losing |= toServer ? losingRequests : losingReplies;
                if (losing) {
                    lost.addAndGet(read);
                } else {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException | InterruptedException e) {
            // cut
        } finally {
            sockets.remove(from);
            clients.remove(from);
        }
    }

    private void awaitFlow(boolean toServer) throws InterruptedException {
        if (delayMillis > 0) TimeUnit.MILLISECONDS.sleep(delayMillis);
        synchronized (this) {
            while (toServer && stalled) wait();
        }
    }

    private void closeAll(boolean hard) {
        sockets.forEach(socket -> {
            try {
                if (hard) linger(socket);
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    private static void linger(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException e) {
            // closed already
        }
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
        closeAll(false);
    }
}
