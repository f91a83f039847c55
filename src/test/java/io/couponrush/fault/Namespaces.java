package io.couponrush.fault;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Two network namespaces, each with a line to this machine's and one to each other, which can be cut. Needs Linux and
 * root.
 */
final class Namespaces implements AutoCloseable {
    private static final String PREFIX = "cr" + ProcessHandle.current().pid() % 100_000;

    /**
     * One of the two.
     *
     * @param host this machine, as seen from in there
     * @param address its own, as seen from this machine
     * @param peerAddress its own on the line between the two
     */
    record Space(String name, String host, String address, String peerAddress) {
        String[] launcher() {
            return new String[] {"ip", "netns", "exec", name};
        }

        private String peerDevice() {
            return name + "p";
        }
    }

    final Space a = new Space(PREFIX + "a", "10.231.71.1", "10.231.71.2", "10.231.73.1");
    final Space b = new Space(PREFIX + "b", "10.231.72.1", "10.231.72.2", "10.231.73.2");

    private Namespaces() {}

    /** Whether this machine lets tests make them. */
    static boolean arePossible() {
        String probe = PREFIX + "x";
        boolean possible = tries("ip", "netns", "add", probe)
                && tries("ip", "netns", "exec", probe, "ip", "link", "add", "p", "type", "veth", "peer", "name", "q");
        boolean unused = tries("ip", "netns", "del", probe);
        return possible;
    }

    static Namespaces make() {
        var both = new Namespaces();
        for (Space space : List.of(both.a, both.b)) {
            run("ip", "netns", "add", space.name());
            inside(space, "ip", "link", "set", "lo", "up");
            String outer = space.name() + "o";
            String inner = space.name() + "i";
            run("ip", "link", "add", outer, "type", "veth", "peer", "name", inner, "netns", space.name());
            run("ip", "addr", "add", space.host() + "/24", "dev", outer);
            run("ip", "link", "set", outer, "up");
            inside(space, "ip", "addr", "add", space.address() + "/24", "dev", inner);
            inside(space, "ip", "link", "set", inner, "up");
        }
        run(
                "ip",
                "link",
                "add",
                both.a.peerDevice(),
                "netns",
                both.a.name(),
                "type",
                "veth",
                "peer",
                "name",
                both.b.peerDevice(),
                "netns",
                both.b.name());
        for (Space space : List.of(both.a, both.b)) {
            inside(space, "ip", "addr", "add", space.peerAddress() + "/24", "dev", space.peerDevice());
            inside(space, "ip", "link", "set", space.peerDevice(), "up");
        }
        return both;
    }

    /** Neither hears the other any more. */
    void split() {
        inside(a, "ip", "link", "set", a.peerDevice(), "down");
    }

    void heal() {
        inside(a, "ip", "link", "set", a.peerDevice(), "up");
    }

    private static void inside(Space space, String... command) {
        var all = new ArrayList<>(List.of(space.launcher()));
        all.addAll(List.of(command));
        run(all.toArray(String[]::new));
    }

    private static void run(String... command) {
        if (!tries(command)) throw new AssertionError("did not work: " + String.join(" ", command));
    }

    private static boolean tries(String... command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(10, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        run("ip", "netns", "del", a.name());
        run("ip", "netns", "del", b.name());
    }
}
