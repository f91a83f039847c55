package io.couponrush.fault;

import static java.util.stream.Collectors.toMap;

import io.couponrush.testkit.Service;
import io.couponrush.testkit.Web;
import java.util.Map;

/** How late the event loops of a node are, as it tells at {@code /metrics}. */
final class Loops {
    private static final String DELAY = "couponrush_loop_delay_seconds";

    private Loops() {}

    /** In seconds: the longest that something had to wait lately. */
    static double slowest(Service node) {
        return delays(node).get(DELAY + "_max");
    }

    /** How often something had to wait for more than a second since the node was started. */
    static long late(Service node) {
        Map<String, Double> delays = delays(node);
        return (long) (delays.get(DELAY + "_count") - delays.get(DELAY + "_bucket{le=\"1.0\"}"));
    }

    private static Map<String, Double> delays(Service node) {
        return Web.anybody(node)
                .get("/metrics")
                .text()
                .lines()
                .filter(line -> line.startsWith(DELAY))
                .map(line -> line.split(" ", 2))
                .collect(toMap(line -> line[0], line -> Double.parseDouble(line[1])));
    }
}
