package io.couponrush.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedWriter;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Claims that come when they come: at a constant rate, or a launch that everybody waited for. */
final class Arrivals {
    private static final int CONNECTIONS = 1_000;
    private static final int WIN_PERCENT = 10;
    /** Before a flash: else the JVM that sends is what is slow. */
    private static final int WARM_UP_CLAIMS = 100_000;

    private static final int WARM_UP_PER_SECOND = 5_000;
    private static final Duration LEAD = Duration.ofSeconds(5);
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final String service;
    private final String staff;
    private final List<String> users;
    private final Path result;
    private final long servicePid;

    private Arrivals(String service, String staff, Path users, Path result, long servicePid) throws IOException {
        this.service = service;
        this.staff = staff;
        this.users = Files.readAllLines(users);
        this.result = result;
        this.servicePid = servicePid;
    }

    /**
     * Arguments: the service's URL, token of staff, file of users, file for the result, the service's process id, then
     * {@code steady}, claims a second, seconds of warm-up, seconds, p95 and p99 in ms that are allowed; or {@code flash},
     * stock, seconds, browsers, ms until the last of them must have heard. Coupons are written to the result's name with
     * {@code .log}. Exits with 1 when an answer was none, or too late.
     */
    public static void main(String[] args) throws Exception {
        var arrivals = new Arrivals(args[0], args[1], Path.of(args[2]), Path.of(args[3]), Long.parseLong(args[4]));
        List<Integer> numbers = List.of(args).subList(6, args.length).stream()
                .map(Integer::valueOf)
                .toList();
        boolean good = args[5].equals("steady")
                ? arrivals.steady(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3), numbers.get(4))
                : arrivals.flash(numbers.get(0), numbers.get(1), numbers.get(2), numbers.get(3));
        arrivals.vertx.close().await();
        System.exit(good ? 0 : 1);
    }

    private boolean steady(int perSecond, int warmUp, int seconds, int p95, int p99) throws Exception {
        try (var shown = Files.newBufferedWriter(log())) {
            var claimants = claimants(shown);
            int stock = perSecond * (warmUp + seconds);
            var mix = on(() -> Mix.open(claimants, staff, WIN_PERCENT, stock));
            long first = (long) perSecond * warmUp;
            on(() -> claimants.arrive(perSecond, first, mix));
            mix.goOn(first);
            claimants.measure();
            Work before = Work.of(servicePid);
            on(() -> claimants.arrive(perSecond, (long) perSecond * seconds, mix));
            Work after = Work.of(servicePid);
            write(mix.tills());
            tell(claimants, before, after);
            Times times = claimants.times();
            return isClean(claimants, mix.tills()) && times.percentile(95) < p95 && times.percentile(99) < p99;
        }
    }

    private boolean flash(int stock, int seconds, int browsers, int hearing) throws Exception {
        try (var shown = Files.newBufferedWriter(log())) {
            var claimants = claimants(shown);
            var warmUp = on(() -> Mix.open(claimants, staff, WIN_PERCENT, WARM_UP_CLAIMS));
            on(() -> claimants.arrive(WARM_UP_PER_SECOND, WARM_UP_CLAIMS, warmUp));
            Instant start = Instant.now().plus(LEAD);
            Till till = on(() -> claimants.open(staff, "flash", stock, start));
            Queue<Instant> heard = listen(browsers, till.eventId());
            TimeUnit.MILLISECONDS.sleep(Duration.between(Instant.now(), start).toMillis() + 1);
            claimants.measure();
            Work before = Work.of(servicePid);
            String run = Long.toString(start.toEpochMilli(), 36);
            on(() -> claimants.arrive(users.size() / seconds, users.size(), (number, due) -> {
                Future<String> unused = claimants.claim(till, (int) number, "flash-" + run + '-' + number, due);
            }));
            Work after = Work.of(servicePid);
            List<Till> tills = new ArrayList<>(warmUp.tills());
            tills.add(till);
            write(tills);
            tell(claimants, before, after);
            boolean toldInTime = told(heard, claimants.lastIssued(), browsers, hearing);
            return isClean(claimants, tills)
                    && till.answered("issued") == stock
                    && till.answered("COUPON_SOLD_OUT") == users.size() - stock
                    && toldInTime;
        }
    }

    /** When each browser heard that the event is sold out. */
    private Queue<Instant> listen(int count, long eventId) throws InterruptedException {
        var heard = new ConcurrentLinkedQueue<Instant>();
        var registered = new AtomicInteger();
        var own = Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1)); // else claims and messages wait for one another
        List<WebSocket> all = new Browsers(own, List.of(URI.create(service)))
                .connect(
                        count,
                        socket -> socket.textMessageHandler(text -> {
                            if (text.contains("\"coupon.soldout\"")) heard.add(Instant.now());
                            if (text.contains("\"registered\"")) registered.incrementAndGet();
                        }));
        all.forEach(socket -> Browsers.register(socket, "coupon.events." + eventId, ""));
        for (int i = 0; registered.get() < count && i < 3_000; i++) TimeUnit.MILLISECONDS.sleep(1);
        if (registered.get() < count) throw new IllegalStateException(registered + " of " + count + " browsers listen");
        return heard;
    }

    private static boolean told(Queue<Instant> heard, Instant lastIssued, int browsers, int hearing)
            throws InterruptedException {
        for (int i = 0; heard.size() < browsers && i < 5_000; i++) TimeUnit.MILLISECONDS.sleep(1);
        long[] millis = heard.stream()
                .mapToLong(at -> Duration.between(lastIssued, at).toMillis())
                .sorted()
                .toArray();
        if (millis.length < browsers) {
            System.out.printf("only %d of %d browsers heard that it is sold out%n", millis.length, browsers);
            return false;
        }
        System.out.printf(
                "sold out, after the last coupon: first browser %d ms, half of them %d ms, the last of %d %d ms%n",
                millis[0], millis[millis.length / 2], browsers, millis[millis.length - 1]);
        return millis[millis.length - 1] < hearing;
    }

    private Claimants claimants(BufferedWriter shown) {
        return new Claimants(vertx, URI.create(service), users, shown, CONNECTIONS);
    }

    private Path log() {
        return result.resolveSibling(result.getFileName() + ".log");
    }

    private <T> T on(Supplier<Future<T>> step) throws Exception {
        var done = Promise.<T>promise();
        vertx.runOnContext(v -> step.get().onComplete(done));
        return done.future().toCompletionStage().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    private void write(List<Till> tills) throws IOException {
        var sales = new JsonArray();
        new ArrayList<>(tills).forEach(till -> sales.add(till.json()));
        Files.writeString(
                result,
                new JsonObject().put("service", service).put("sales", sales).encodePrettily());
    }

    private static void tell(Claimants claimants, Work before, Work after) {
        System.out.println(claimants.times().table());
        System.out.println("processors: " + after.since(before));
    }

    /** Nothing unexpected, nothing without an answer. */
    private static boolean isClean(Claimants claimants, List<Till> tills) {
        if (!claimants.complaint().isEmpty()) System.out.println("unexpected: " + claimants.complaint());
        long open = tills.stream().mapToLong(till -> till.ended("open")).sum();
        if (open > 0) System.out.println(open + " claims without a last word");
        return claimants.complaint().isEmpty() && open == 0;
    }
}
