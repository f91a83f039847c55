package io.couponrush.backing.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** A loopback port that was free a moment ago; somebody else may still take it first, so be ready to ask again. */
final class FreePort {
    static final int ATTEMPTS = 3;

    private FreePort() {}

    static int find() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
