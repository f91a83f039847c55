package io.couponrush.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Processor time that a service, the servers it started, this process and the whole machine have had.
 *
 * @param seconds by who it was
 * @param nanos when this was
 */
record Work(Map<String, Double> seconds, long nanos) {
    private static final double TICKS = 100; // of /proc/stat, a second

    /** Until now. */
    static Work of(long service) throws IOException {
        var seconds = new TreeMap<String, Double>();
        seconds.put("load", seconds(ProcessHandle.current()));
        ProcessHandle root = ProcessHandle.of(service).orElseThrow();
        seconds.put("service and broker", seconds(root));
        root.descendants().forEach(child -> seconds.merge(name(child), seconds(child), Double::sum));
        long[] machine = Arrays.stream(Files.readAllLines(Path.of("/proc/stat"))
                        .get(0)
                        .replaceFirst("cpu +", "")
                        .split(" "))
                .mapToLong(Long::parseLong)
                .toArray();
        seconds.put("machine", (Arrays.stream(machine).limit(8).sum() - machine[3] - machine[4]) / TICKS);
        return new Work(seconds, System.nanoTime());
    }

    private static String name(ProcessHandle process) {
        String command = process.info().command().orElse("");
        return command.contains("postgres") ? "Postgres" : command.contains("redis") ? "Redis" : "others";
    }

    private static double seconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElse(Duration.ZERO).toNanos() / 1e9;
    }

    /** Percent of one core since then, by who it was. */
    String since(Work then) {
        double wall = (nanos - then.nanos) / 1e9;
        var shares = new StringBuilder();
        seconds.forEach((name, sum) -> shares.append(shares.isEmpty() ? "" : ", ")
                .append(String.format("%s %.0f %%", name, 100 * (sum - then.seconds.getOrDefault(name, 0d)) / wall)));
        return shares + " of one core, of " + Runtime.getRuntime().availableProcessors();
    }
}
