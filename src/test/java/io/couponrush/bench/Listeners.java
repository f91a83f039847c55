package io.couponrush.bench;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Many browsers of one event, and how soon they hear what happened. */
final class Listeners {
    private static final int CONNECTIONS = 64;
    private static final int PUBLISHED = 5;
    private static final int WARM_UP_S = 10;
    private static final int APART_S = 3;
    private static final int PING_MS = 20_000;
    private static final int TURNS = 200;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final URI service;
    private final Browsers browsers;
    private final HttpClient http = vertx.createHttpClient(
            new HttpClientOptions(),
            new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(-1));

    private Listeners(URI service) {
        browsers = new Browsers(vertx, List.of(service));
        this.service = service;
    }

    /**
     * Arguments: the service's URL; then {@code fanout}, token of staff or {@code -}, event, sockets, the service's process
     * id; or {@code latency}, file of users, event, users, claims a second, seconds.
     */
    public static void main(String[] args) throws Exception {
        var listeners = new Listeners(URI.create(args[0]));
        long event = Long.parseLong(args[3]);
        int count = Integer.parseInt(args[4]);
        if (args[1].equals("fanout")) {
            listeners.fanOut(args[2], event, count, Path.of("/proc", args[5], "status"));
        } else {
            List<String> users = Files.readAllLines(Path.of(args[2])).subList(0, count);
            listeners.latency(users, event, Integer.parseInt(args[5]), Integer.parseInt(args[6]));
        }
        listeners.vertx.close().await();
    }

    /** With a token of staff it makes the news; without, it hears what another makes. Times are those of the wall. */
    private void fanOut(String staff, long event, int count, Path status) throws Exception {
        var heard = new Heard(count);
        long before = kilobytes(status);
        long began = System.nanoTime();
        var registered = new AtomicInteger();
        List<WebSocket> all = browsers.connect(
                count,
                socket -> socket.textMessageHandler(text -> {
                    if (text.contains("\"coupon.event\"")) heard.another();
                    if (text.contains("\"registered\"")) registered.incrementAndGet();
                }));
        double connecting = seconds(began);
        pingAll(all);
        began = System.nanoTime();
        all.forEach(socket -> Browsers.register(socket, "coupon.events." + event, ""));
        until(() -> registered.get() == count);
        double registering = seconds(began);
        System.out.printf(
                "%d sockets: connected in %.1f s, %.0f registrations/s, %.1f KiB resident memory a socket%n",
                count, connecting, count / registering, (kilobytes(status) - before) / (double) count);
        boolean makesTheNews = !staff.equals("-");
        for (int i = 0; i < PUBLISHED; i++) {
            if (makesTheNews) {
                TimeUnit.SECONDS.sleep(APART_S);
                System.out.printf("message %d sent at %d%n", i + 1, System.currentTimeMillis());
                post(staff, event, i % 2 == 0 ? "pause" : "resume");
            }
            int messages = i + 1;
            until(() -> heard.messages.get() == messages);
        }
    }

    /** Each in twenty seconds, as pages do: who is silent for a minute is closed. */
    private void pingAll(List<WebSocket> all) {
        int[] next = {0};
        vertx.setPeriodic(PING_MS / TURNS, timer -> {
            for (int i = 0; i <= all.size() / TURNS; i++) {
                Future<Void> unused = all.get(next[0]++ % all.size()).writeTextMessage("{\"type\":\"ping\"}");
            }
        });
    }

    /** What all sockets of the one event loop heard. */
    private static final class Heard {
        private final int sockets;
        private final AtomicInteger messages = new AtomicInteger();
        private int some;
        private long first;

        Heard(int sockets) {
            this.sockets = sockets;
        }

        void another() {
            long now = System.currentTimeMillis();
            if (some++ == 0) first = now;
            if (some == sockets) {
                some = 0;
                System.out.printf("message %d heard at %d to %d%n", messages.get() + 1, first, now);
                messages.incrementAndGet();
            }
        }
    }

    private void post(String staff, long event, String verb) {
        var options = request("/api/admin/events/" + event + "/" + verb, staff);
        int answered =
                http.request(options).compose(request -> request.send()).await().statusCode();
        if (answered != 200) throw new IllegalStateException(verb + ": " + answered);
    }

    private void latency(List<String> users, long event, int perSecond, int length) throws Exception {
        Queue<Long> micros = new ConcurrentLinkedQueue<>();
        var heard = new AtomicInteger();
        var registered = new AtomicInteger();
        long[] measured = {Long.MAX_VALUE};
        List<WebSocket> all = browsers.connect(
                users.size(),
                socket -> socket.textMessageHandler(text -> {
                    if (text.contains("\"coupon.issued\"")) {
                        heard.incrementAndGet();
                        Instant now = Instant.now();
                        Instant issued = Instant.parse(
                                new JsonObject(text).getJsonObject("body").getString("timestamp"));
                        if (issued.toEpochMilli() >= measured[0]) micros.add(ChronoUnit.MICROS.between(issued, now));
                    }
                    if (text.contains("\"registered\"")) registered.incrementAndGet();
                }));
        for (int i = 0; i < all.size(); i++) {
            String[] user = users.get(i).split(",", 2);
            Browsers.register(all.get(i), "coupon.users." + user[0], user[1]);
        }
        until(() -> registered.get() == all.size());
        measured[0] = System.currentTimeMillis() + TimeUnit.SECONDS.toMillis(WARM_UP_S);
        int issued = claim(users, event, perSecond, length);
        long end = System.nanoTime();
        until(() -> heard.get() >= issued);
        long[] sorted = micros.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                "%d claims/s: %d issued, %d told, commit to browser p50 %.1f ms, p95 %.1f ms, p99 %.1f ms, max %.1f ms;"
                        + " the last %.1f s after the last answer%n",
                perSecond,
                issued,
                heard.get(),
                sorted[sorted.length / 2] / 1e3,
                sorted[sorted.length * 95 / 100] / 1e3,
                sorted[sorted.length * 99 / 100] / 1e3,
                sorted[sorted.length - 1] / 1e3,
                seconds(end));
        System.out.println("messages measured: " + Arrays.stream(sorted).count());
    }

    /**
     * Users in turns, at a rate that grows until it is the steady one: a load whose compilers are not done yet is late, and what
     * is late would come as a burst. How many were issued.
     */
    private int claim(List<String> users, long event, int perSecond, int length) {
        var sent = new AtomicInteger();
        var answered = new AtomicInteger();
        var issued = new AtomicInteger();
        int total = due(perSecond, WARM_UP_S + length);
        long began = System.nanoTime();
        vertx.setPeriodic(5, timer -> {
            int due = Math.min(total, due(perSecond, seconds(began)));
            while (sent.get() < due) {
                String token = users.get(sent.getAndIncrement() % users.size()).split(",", 2)[1];
                http.request(request("/api/coupons/issue", token).putHeader("Content-Type", "application/json"))
                        .compose(request -> request.send("{\"eventId\":" + event + "}"))
                        .onSuccess(response -> {
                            if (response.statusCode() == 201) issued.incrementAndGet();
                        })
                        .onComplete(done -> answered.incrementAndGet());
            }
            if (sent.get() == total) vertx.cancelTimer(timer);
        });
        until(() -> answered.get() == total);
        return issued.get();
    }

    private static int due(int perSecond, double after) {
        double growing = Math.min(after, WARM_UP_S);
        return (int) (perSecond * (growing * growing / (2 * WARM_UP_S) + after - growing));
    }

    private RequestOptions request(String path, String token) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(service.getHost())
                .setPort(service.getPort())
                .setURI(path)
                .putHeader("Authorization", "Bearer " + token);
    }

    private static long kilobytes(Path status) throws IOException {
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    private interface Condition {
        boolean holds();
    }

    private static void until(Condition condition) {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        try {
            while (!condition.holds()) {
                if (System.nanoTime() > end) throw new IllegalStateException("it takes too long");
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
