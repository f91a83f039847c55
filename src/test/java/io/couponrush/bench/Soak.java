package io.couponrush.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The same load for a long time, and how the service is meanwhile. */
final class Soak {
    private static final int CONNECTIONS = 256;
    private static final int WIN_PERCENT = 10;
    private static final int SALE_S = 120;
    private static final int EVERY_S = 10;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

    private Soak() {}

    /**
     * Arguments: the service's URL, token of staff, file of users, file for the result, the service's process id, its log
     * of collections, claims a second, minutes, file for the samples. Coupons are written to the result's name with {@code
     * .log}. Exits with 1 when an answer was none.
     */
    public static void main(String[] args) throws Exception {
        var soak = new Soak();
        Path result = Path.of(args[3]);
        URI service = URI.create(args[0]);
        int perSecond = Integer.parseInt(args[6]);
        long total = TimeUnit.MINUTES.toSeconds(Long.parseLong(args[7])) * perSecond;
        boolean clean;
        try (var shown = Files.newBufferedWriter(result.resolveSibling(result.getFileName() + ".log"));
                var samples = Files.newBufferedWriter(Path.of(args[8]))) {
            var claimants =
                    new Claimants(soak.vertx, service, Files.readAllLines(Path.of(args[2])), shown, CONNECTIONS);
            Mix mix = soak.on(() -> Mix.open(claimants, args[1], WIN_PERCENT, perSecond * WIN_PERCENT / 100 * SALE_S))
                    .await();
            var pulse = new Pulse(soak.vertx, service, Long.parseLong(args[4]), Path.of(args[5]));
            Future<Void> load = soak.on(() -> claimants.arrive(perSecond, total, mix));
            soak.sample(claimants, pulse, load, samples);
            load.await();
            var sales = new JsonArray();
            mix.tills().forEach(till -> sales.add(till.json()));
            Files.writeString(
                    result,
                    new JsonObject().put("service", args[0]).put("sales", sales).encodePrettily());
            long open =
                    mix.tills().stream().mapToLong(till -> till.ended("open")).sum();
            clean = claimants.complaint().isEmpty() && open == 0;
            System.out.printf(
                    "%d sales, %d claims without a last word%s%n", mix.tills().size(), open, claimants.complaint());
        }
        soak.vertx.close().await();
        System.exit(clean ? 0 : 1);
    }

    private <T> Future<T> on(Supplier<Future<T>> step) {
        Promise<T> done = Promise.promise();
        vertx.runOnContext(v -> step.get().onComplete(done));
        return done.future();
    }

    private void sample(Claimants claimants, Pulse pulse, Future<Void> load, Writer samples) throws Exception {
        long began = System.nanoTime();
        long last = began;
        for (int i = 1; !load.isComplete(); i++) {
            long due = began + TimeUnit.SECONDS.toNanos((long) EVERY_S * i);
            while (System.nanoTime() < due && !load.isComplete()) TimeUnit.MILLISECONDS.sleep(50);
            long now = System.nanoTime();
            Times times = on(() -> Future.succeededFuture(claimants.lately())).await();
            Map<String, Double> read = pulse.read();
            read.put("answers_per_second", times.count() * 1e9 / (now - last));
            read.put("p50_ms", times.percentile(50));
            read.put("p95_ms", times.percentile(95));
            read.put("p99_ms", times.percentile(99));
            if (i == 1) samples.write("seconds," + String.join(",", read.keySet()) + '\n');
            var line = new StringJoiner(",").add(Long.toString((now - began) / 1_000_000_000));
            read.values().forEach(value -> line.add(String.format(Locale.ROOT, "%.1f", value)));
            samples.write(line.toString() + '\n');
            samples.flush();
            last = now;
        }
    }
}
