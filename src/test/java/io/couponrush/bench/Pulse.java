package io.couponrush.bench;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** How a running service and its servers are: what must not grow while the load is constant. Linux. */
final class Pulse {
    /** Of a service that was started with {@code -Xlog:gc}: what a full collection left. */
    private static final Pattern COLLECTED = Pattern.compile("Pause Full.*->(\\d+)M\\(");

    private static final Pattern METRIC = Pattern.compile("(?m)^(couponrush_\\w+)(\\{[^}]*})? (\\S+)$");
    private static final String SQL =
            """
            select pg_database_size(current_database()) / 1048576,
                   (select sum(n_dead_tup) from pg_stat_user_tables),
                   (select count(*) from outbox),
                   (select count(*) from notices),
                   (select count(*) from user_coupons),
                   (select count(*) from pg_stat_activity where datname = current_database())""";

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI service;
    private final long pid;
    private final Path gcLog;
    private final Pool pool;
    private final Redis redis;

    /**
     * Connects to nothing yet. BENCH_POSTGRES_URI and BENCH_REDIS_URI name the databases.
     *
     * @param gcLog what {@code -Xlog:gc:file=} of the service names
     */
    Pulse(Vertx vertx, URI service, long pid, Path gcLog) {
        this.service = service;
        this.pid = pid;
        this.gcLog = gcLog;
        pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(1))
                .connectingTo(PgConnectOptions.fromUri(System.getenv("BENCH_POSTGRES_URI")))
                .using(vertx)
                .build();
        redis = Redis.createClient(vertx, System.getenv("BENCH_REDIS_URI"));
    }

    /** Collects all garbage of the service first, so that the heap is what is really held. */
    Map<String, Double> read() throws Exception {
        collect();
        var pulse = new LinkedHashMap<String, Double>();
        process(pulse);
        metrics(pulse);
        postgres(pulse);
        String info =
                redis.send(Request.cmd(Command.INFO).arg("memory")).await().toString();
        pulse.put("redis_mb", number(info, "(?m)^used_memory:(\\d+)") / 1048576);
        return pulse;
    }

    private void collect() throws Exception {
        var jcmd = new ProcessBuilder("jcmd", Long.toString(pid), "GC.run")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!jcmd.waitFor(30, TimeUnit.SECONDS) || jcmd.exitValue() != 0) throw new IllegalStateException("no jcmd");
    }

    private void process(Map<String, Double> pulse) throws IOException {
        String status = Files.readString(Path.of("/proc", Long.toString(pid), "status"));
        pulse.put("heap_mb", lastNumber(Files.readString(gcLog), COLLECTED));
        pulse.put("rss_mb", number(status, "VmRSS:\\s+(\\d+)") / 1024);
        pulse.put("threads", number(status, "Threads:\\s+(\\d+)"));
        try (var descriptors = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            pulse.put("descriptors", (double) descriptors.count());
        }
    }

    private void metrics(Map<String, Double> pulse) throws Exception {
        var request = HttpRequest.newBuilder(service.resolve("/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build();
        var sums = new LinkedHashMap<String, Double>();
        METRIC.matcher(http.send(request, BodyHandlers.ofString()).body())
                .results()
                .forEach(line -> sums.merge(line.group(1), Double.valueOf(line.group(3)), Double::sum));
        pulse.put("outbox_unpublished", sums.getOrDefault("couponrush_outbox_unpublished", 0d));
        pulse.put("parked", sums.getOrDefault("couponrush_broker_parked", 0d));
        // one message for each coupon and turn: what was published and not yet consumed waits in the queues
        double consumed = sums.getOrDefault("couponrush_notices_total", 0d);
        pulse.put("queued", sums.getOrDefault("couponrush_relay_published_total", 0d) - consumed);
        pulse.put("leases", sums.getOrDefault("couponrush_leases_open", 0d));
    }

    private void postgres(Map<String, Double> pulse) {
        var row = pool.query(SQL).execute().await().iterator().next();
        String[] names = {"postgres_mb", "dead_rows", "outbox_rows", "notices_rows", "coupons", "postgres_connections"};
        for (int i = 0; i < names.length; i++) {
            pulse.put(
                    names[i], row.getNumeric(i) == null ? 0 : row.getNumeric(i).doubleValue());
        }
    }

    private static double number(String text, String pattern) {
        return lastNumber(text, Pattern.compile(pattern));
    }

    private static double lastNumber(String text, Pattern pattern) {
        return pattern.matcher(text)
                .results()
                .mapToDouble(found -> Double.parseDouble(found.group(1)))
                .reduce(0, (first, second) -> second);
    }
}
