package io.couponrush.testkit;

import io.couponrush.testkit.Answer.Press;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/** Users with tokens who press the button, over a fixed number of connections. */
public final class Callers {
    static final Vertx VERTX = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private static final int CONNECTIONS = 64;
    private static final int OPEN_CONNECTIONS = 512;

    private final Service service;
    private final List<Caller> all;

    /** A user who has signed in. */
    public record Caller(long userId, String token) {
        public Press claims(long eventId) {
            return new Press(this, eventId, null);
        }

        public Press claims(long eventId, String key) {
            return new Press(this, eventId, key);
        }
    }

    private Callers(Service service, List<Caller> all) {
        this.service = service;
        this.all = all;
    }

    static Callers of(Service service, int count) {
        String csv = Web.anybody(service)
                .post("/api/loadtest/users", new JsonObject().put("count", count))
                .text();
        List<Caller> all = csv.lines()
                .map(line -> line.split(",", 2))
                .map(line -> new Caller(Long.parseLong(line[0]), line[1]))
                .toList();
        return new Callers(service, all);
    }

    /** The same users at another node. */
    public Callers at(Service other) {
        return new Callers(other, all);
    }

    /** Some of them. */
    public Callers first(int count) {
        return new Callers(service, all.subList(0, count));
    }

    public List<Caller> all() {
        return all;
    }

    public Caller one() {
        return all.get(0);
    }

    /** Every user claims once, without a key. */
    public Answers allClaim(long eventId) {
        return press(all.stream().map(c -> c.claims(eventId)).toList());
    }

    /** Every user claims that often in a row, each time with a key of its own. */
    public Answers allClaimWithKeys(long eventId, int times) {
        return press(presses(eventId, times));
    }

    /** The presses of {@link #allClaimWithKeys}; those of one user stand together. */
    public List<Press> presses(long eventId, int times) {
        return each(times, c -> c.claims(eventId, UUID.randomUUID().toString()));
    }

    /** The same without keys. */
    public List<Press> pressesWithoutKeys(long eventId, int times) {
        return each(times, c -> c.claims(eventId));
    }

    private List<Press> each(int times, Function<Caller, Press> press) {
        var presses = new ArrayList<Press>();
        for (Caller caller : all) for (int i = 0; i < times; i++) presses.add(press.apply(caller));
        return presses;
    }

    public static List<Press> shuffled(List<Press> presses) {
        var shuffled = new ArrayList<>(presses);
        Collections.shuffle(shuffled, new Random(7));
        return shuffled;
    }

    /** In that order, each connection taking the next; done when all are answered. */
    public Answers press(List<Press> presses) {
        return start(presses).answers();
    }

    public Crowd start(List<Press> presses) {
        var crowd = new Crowd(presses);
        HttpClient client = VERTX.createHttpClient(
                new HttpClientOptions().setConnectTimeout(1_000),
                new PoolOptions().setHttp1MaxSize(CONNECTIONS).setMaxWaitQueueSize(-1));
        int hands = Math.min(CONNECTIONS, presses.size());
        var working = new ArrayList<Future<Void>>();
        VERTX.runOnContext(v -> {
            for (int i = 0; i < hands; i++) working.add(work(crowd, client));
            Future.all(working).onComplete(done -> client.close().onComplete(closed -> crowd.end()));
        });
        return crowd;
    }

    /** That many a second, whether the earlier ones are answered or not; coupons are looked up by the way. */
    public Crowd startAt(int perSecond, List<Press> presses, ReadBack readBack) {
        return paced(
                perSecond,
                presses,
                (crowd, client) -> pressOnce(crowd, client, answer -> readBack.look(client, answer)));
    }

    /**
     * That many a second, whether the earlier ones are answered or not; each does as the API says: without a last word it
     * asks again with the same key, after {@code Retry-After} or a moment, so many times in all.
     */
    public Crowd startInsisting(int perSecond, List<Press> presses, int times) {
        return paced(perSecond, presses, (crowd, client) -> insist(crowd, client, crowd.next(), times));
    }

    private static Crowd paced(int perSecond, List<Press> presses, BiFunction<Crowd, HttpClient, Future<Void>> press) {
        var crowd = new Crowd(presses);
        HttpClient client = VERTX.createHttpClient(
                new HttpClientOptions().setConnectTimeout(1_000),
                new PoolOptions().setHttp1MaxSize(OPEN_CONNECTIONS).setMaxWaitQueueSize(-1));
        long began = System.nanoTime();
        var sent = new ArrayList<Future<Void>>();
        VERTX.setPeriodic(10, timer -> {
            long due = (System.nanoTime() - began) * perSecond / TimeUnit.SECONDS.toNanos(1);
            while (sent.size() < due && !crowd.isOver()) sent.add(press.apply(crowd, client));
            if (crowd.isOver()) {
                VERTX.cancelTimer(timer);
                Future.all(sent).onComplete(done -> client.close().onComplete(closed -> crowd.end()));
            }
        });
        return crowd;
    }

    private Future<Void> insist(Crowd crowd, HttpClient client, Press press, int times) {
        return pressOnce(crowd, client, press)
                .compose(answer -> answer.isFinal() || times == 1
                        ? Future.succeededFuture()
                        : VERTX.timer(answer.retryAfterMillis()).compose(t -> insist(crowd, client, press, times - 1)));
    }

    /** Presses again what has no last word, with the same keys, until it has; null answers for the rest at the end. */
    public Answers insist(Answers first, int seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        Answers all = first;
        while (!all.open().isEmpty() && System.nanoTime() - end < 0) {
            all = all.and(press(all.open()));
            pause();
        }
        return all;
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One connection's share. */
    private Future<Void> work(Crowd crowd, HttpClient client) {
        return crowd.isOver()
                ? Future.succeededFuture()
                : pressOnce(crowd, client, answer -> {}).compose(v -> work(crowd, client));
    }

    private Future<Void> pressOnce(Crowd crowd, HttpClient client, Consumer<Answer> then) {
        Press press = crowd.next();
        if (press == null) return Future.succeededFuture();
        return pressOnce(crowd, client, press).onSuccess(then::accept).mapEmpty();
    }

    private Future<Answer> pressOnce(Crowd crowd, HttpClient client, Press press) {
        long started = System.nanoTime();
        return send(client, press, started)
                .otherwise(e -> Answer.none(press, started, e))
                .onSuccess(crowd::add);
    }

    private Future<Answer> send(HttpClient client, Press press, long started) {
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(service.port())
                .setURI("/api/coupons/issue")
                .setTimeout(10_000)
                .putHeader("Content-Type", "application/json")
                .putHeader("Authorization", "Bearer " + press.caller().token());
        if (press.key() != null) options.putHeader("Idempotency-Key", press.key());
        return client.request(options)
                .compose(request -> request.send("{\"eventId\":" + press.eventId() + "}"))
                .compose(response -> response.body()
                        .map(body -> new Answer(
                                press,
                                response.statusCode(),
                                response.headers(),
                                body.toString(),
                                started,
                                System.nanoTime())));
    }
}
