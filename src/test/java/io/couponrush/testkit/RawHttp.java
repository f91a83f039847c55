package io.couponrush.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A connection on which anything may be sent, also what no HTTP client would. */
public final class RawHttp implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    public RawHttp(int port) throws IOException {
        this.socket = new Socket(InetAddress.getLoopbackAddress(), port);
        this.in = socket.getInputStream();
        socket.setTcpNoDelay(true);
    }

    /** A status of 0 means that the connection was closed without an answer. */
    public record Reply(int status, Map<String, String> headers, String body) {
        public JsonObject json() {
            return new JsonObject(body);
        }

        public String code() {
            return json().getString("code");
        }
    }

    public static Reply exchange(int port, String request) throws IOException {
        try (var http = new RawHttp(port)) {
            return http.send(request).reply();
        }
    }

    public RawHttp send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    public RawHttp send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends one byte every {@code everyMillis} until the other side closes; tells after how many milliseconds. */
    public long dripUntilClosed(int everyMillis, int limitMillis) throws IOException {
        long start = System.nanoTime();
        socket.setSoTimeout(everyMillis);
        while (millisSince(start) < limitMillis) {
            try {
                socket.getOutputStream().write('x');
                if (in.read() < 0) {
                    return millisSince(start);
                }
            } catch (SocketTimeoutException stillOpen) {
                assertOpen();
            } catch (SocketException closed) {
                return millisSince(start);
            }
        }
        throw new AssertionError("still open after " + limitMillis + " ms");
    }

    public boolean isClosedWithin(int millis) throws IOException {
        socket.setSoTimeout(millis);
        try {
            return in.read() < 0;
        } catch (SocketTimeoutException open) {
            return false;
        } catch (SocketException reset) {
            return true;
        }
    }

    public Reply reply() throws IOException {
        socket.setSoTimeout(5_000);
        String head;
        do {
            head = head();
        } while (head.startsWith("HTTP/1.1 100"));
        if (head.isEmpty()) {
            return new Reply(0, Map.of(), "");
        }
        List<String> lines = head.lines().toList();
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        for (String line : lines.subList(1, lines.size() - 1)) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        return new Reply(
                Integer.parseInt(lines.get(0).substring(9, 12)), headers, new String(in.readNBytes(length), UTF_8));
    }

    /** Takes so much of what has come, and waits for nothing. */
    public void reads(int bytes) throws IOException {
        in.skipNBytes(Math.min(bytes, in.available()));
    }

    private String head() throws IOException {
        var head = new ByteArrayOutputStream();
        try {
            int b;
            while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n") && (b = in.read()) >= 0) {
                head.write(b);
            }
        } catch (SocketException reset) {
            return "";
        }
        return head.toString(ISO_8859_1);
    }

    private void assertOpen() {
        if (socket.isClosed()) {
            throw new AssertionError("closed on this side");
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /** From here on {@link #close} says nothing but RST. */
    public void resets() throws SocketException {
        socket.setSoLinger(true, 0);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
