package io.couponrush.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Ports to listen on later. They lie below those that the system gives to connections of its own choice, which could
 * take one meanwhile; each is given once in a JVM, and the JVMs that run tests at the same time have ranges apart.
 */
public final class FreePorts {
    /** Chromium goes to no port that is known for something else; the last of these is 10080. */
    private static final int LOWEST = 12_000;

    private static final int SHARE = 10_000;
    private static final AtomicInteger NEXT = new AtomicInteger();

    private FreePorts() {}

    public static List<Integer> find(int count) {
        return IntStream.range(0, count).mapToObj(i -> find()).toList();
    }

    public static int find() {
        int mine = LOWEST + (Backends.FORK - 1) * SHARE;
        for (int n = NEXT.getAndIncrement(); n < SHARE; n = NEXT.getAndIncrement()) {
            if (isFree(mine + n)) return mine + n;
        }
        throw new IllegalStateException("no port is left between " + mine + " and " + (mine + SHARE));
    }

    /** One that a connection lingers on counts as taken. */
    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(false);
            socket.bind(new InetSocketAddress(port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }
}
