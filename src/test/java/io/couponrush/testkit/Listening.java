package io.couponrush.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Where a process listens, as Linux tells. */
public final class Listening {
    private static final String LISTEN = "0A";

    private Listening() {}

    public static boolean isTold() {
        return Files.isReadable(Path.of("/proc/net/tcp"));
    }

    public static Set<InetSocketAddress> addresses(long pid) {
        try {
            Set<String> sockets = sockets(pid);
            var found = new HashSet<InetSocketAddress>();
            for (String table : List.of("tcp", "tcp6")) {
                for (String line : Files.readAllLines(Path.of("/proc/net", table))) {
                    String[] columns = line.strip().split("\\s+", -1);
                    if (columns[3].equals(LISTEN) && sockets.contains("socket:[" + columns[9] + "]")) {
                        found.add(address(columns[1]));
                    }
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> sockets(long pid) throws IOException {
        try (var files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.map(Listening::target).collect(Collectors.toSet());
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException closed) {
            return "";
        }
    }

    /** In words of four bytes, the lowest first. */
    private static InetSocketAddress address(String text) throws IOException {
        String[] parts = text.split(":", -1);
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(parts[0])).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer bytes = ByteBuffer.allocate(words.remaining());
        while (words.hasRemaining()) bytes.putInt(words.getInt());
        return new InetSocketAddress(InetAddress.getByAddress(bytes.array()), Integer.parseInt(parts[1], 16));
    }
}
