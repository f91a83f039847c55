package io.couponrush.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** What a JVM holds on to: the bytes that are left when its garbage has been collected. */
public final class LiveHeap {
    /** By how much it may differ between two moments at which nothing is under way. */
    public static final long FLAT = 32L << 20;

    private LiveHeap() {}

    public static long of(ServiceProcess node) {
        collect(node.pid());
        return Web.anybody(node)
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith("jvm_memory_used_bytes{area=\"heap\""))
                .mapToLong(line -> (long) Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    public static long ofThisProcess() {
        collect(ProcessHandle.current().pid());
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void collect(long pid) {
        try {
            int code = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pid),
                            "GC.run")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (code != 0) throw new IllegalStateException("jcmd GC.run: " + code);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
