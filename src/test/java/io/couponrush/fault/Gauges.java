package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.fault.Fleet.Node;
import io.couponrush.testkit.Web;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Looks twice a second at what has to stay bounded on each node, and be gone at rest (I18). */
final class Gauges implements AutoCloseable {
    private static final Duration REST = Duration.ofSeconds(20);
    private static final String LEASES = "couponrush_leases_open";
    private static final String QUEUED = "vertx_pool_queue_pending";
    private static final String FILES = "process_files_open_files";
    private static final String THREADS = "jvm_threads_live_threads";
    private static final String HEAP = "jvm_memory_used_bytes";
    private static final Map<String, Double> BOUNDS = Map.of(
            LEASES,
            2 * 8192.0, // of both nodes: Redis is asked, not the node
            QUEUED,
            1024.0,
            FILES,
            2048.0,
            THREADS,
            150.0,
            HEAP,
            640e6); // 512 MB of heap and what the JVM itself needs
    /** What waits for a connection and fails is counted for ever by this version (eclipse-vertx/vertx-sql-client#1625). */
    private static final String MISCOUNTED = "pool_type=\"sql\"";

    private static final Pattern LINE = Pattern.compile("(\\w+)(\\{.*})? (\\S+)");

    private final List<Node> nodes;
    private final Map<String, Double> highest = new ConcurrentHashMap<>();
    private final ExecutorService looking;

    Gauges(Fleet fleet) {
        nodes = fleet.nodes();
        looking = Executors.newFixedThreadPool(nodes.size(), task -> {
            var thread = new Thread(task, "gauges");
            thread.setDaemon(true);
            return thread;
        });
        nodes.forEach(node -> looking.execute(() -> look(node)));
    }

    private void look(Node node) {
        while (!looking.isShutdown()) {
            try {
                read(node).forEach((name, value) -> highest.merge(name, value, Math::max));
                TimeUnit.MILLISECONDS.sleep(500);
            } catch (InterruptedException | RuntimeException e) {
                if (Thread.currentThread().isInterrupted()) return;
                pauseABit();
            }
        }
    }

    private static void pauseABit() {
        try {
            TimeUnit.MILLISECONDS.sleep(200);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Map<String, Double> read(Node node) {
        Map<String, Double> values = new TreeMap<>();
        Web.anybody(node.process()).get("/metrics").text().lines().forEach(line -> {
            var found = LINE.matcher(line);
            if (found.matches() && BOUNDS.containsKey(found.group(1)) && !line.contains(MISCOUNTED)) {
                values.merge(found.group(1), Double.parseDouble(found.group(3)), Double::sum);
            }
        });
        return values;
    }

    /** What went beyond its bound, in words. */
    List<String> beyond() {
        var beyond = new ArrayList<String>();
        BOUNDS.forEach((name, bound) -> {
            Double value = highest.get(name);
            if (value == null) beyond.add("I18: nobody shows " + name);
            else if (value > bound) beyond.add("I18: " + name + " was " + value + ", bound " + bound);
        });
        return beyond;
    }

    /** Returns when no reservation is open and nobody waits for a worker. */
    void untilAtRest() {
        await().atMost(REST).ignoreExceptions().untilAsserted(() -> {
            for (Node node : nodes)
                assertThat(busy(node)).as("I18: gauges at rest").isEmpty();
        });
    }

    private static List<String> busy(Node node) {
        return Web.anybody(node.process())
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(LEASES) || line.startsWith(QUEUED))
                .filter(line -> !line.contains(MISCOUNTED))
                .filter(line -> !line.endsWith(" 0.0") && !line.endsWith(" 0"))
                .toList();
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
