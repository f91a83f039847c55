package io.couponrush.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Users who claim over HTTP, and the staff that opens campaigns for them. All on the one event loop of its Vert.x. */
final class Claimants {
    private static final Pattern CODE = Pattern.compile("\"code\"\\s*:\\s*\"([A-Z_]+)\"");
    private static final int TRIES = 4;
    private static final int RETRY_MS = 1_000;

    private final Vertx vertx;
    private final URI service;
    private final HttpClient http;
    private final List<String> users;
    private final Writer shown;
    private Times times = new Times();
    private Times lately = new Times();
    private long measuredFrom = Long.MAX_VALUE;
    private String complaint = "";
    private Instant lastIssued = Instant.EPOCH;
    private int underWay;

    /**
     * Connects to nothing yet.
     *
     * @param vertx with one event loop
     * @param users {@code userId,token} each
     * @param shown where each coupon that somebody was shown is written down
     * @param connections at most; a claim that waits for one is late
     */
    Claimants(Vertx vertx, URI service, List<String> users, Writer shown, int connections) {
        this.vertx = vertx;
        this.service = service;
        this.users = users;
        this.shown = shown;
        http = vertx.createHttpClient(
                new HttpClientOptions(),
                new PoolOptions().setHttp1MaxSize(connections).setMaxWaitQueueSize(-1));
    }

    /** Answers to requests that are due from now on count. */
    void measure() {
        measuredFrom = System.nanoTime();
    }

    Times times() {
        return times;
    }

    /** Those since the last call. */
    Times lately() {
        Times since = lately;
        lately = new Times();
        return since;
    }

    /** What must not be; only the first is kept. */
    void complain(String what) {
        if (complaint.isEmpty()) complaint = what;
    }

    /** The first thing that must not be; empty when there was none. */
    String complaint() {
        return complaint;
    }

    /** When the newest coupon was issued, by the clock of Postgres. */
    Instant lastIssued() {
        return lastIssued;
    }

    int users() {
        return users.size();
    }

    /**
     * Calls {@code press} so many times a second, however late the answers are.
     *
     * @return done when all were sent and answered
     */
    Future<Void> arrive(int perSecond, long total, Press press) {
        Promise<Void> done = Promise.promise();
        long began = System.nanoTime();
        long[] sent = {0};
        vertx.setPeriodic(1, timer -> {
            long due = Math.min(total, (System.nanoTime() - began) * perSecond / TimeUnit.SECONDS.toNanos(1));
            for (; sent[0] < due; sent[0]++) {
                press.press(sent[0], began + sent[0] * TimeUnit.SECONDS.toNanos(1) / perSecond);
            }
            if (sent[0] == total && underWay == 0) {
                vertx.cancelTimer(timer);
                done.tryComplete();
            }
        });
        return done.future();
    }

    /** One arrival: its number, and the {@link System#nanoTime} at which it is due. */
    interface Press {
        void press(long number, long due);
    }

    /** Claims until there is a last word, at most four times with the same key; its outcome. */
    Future<String> claim(Till till, int user, String key, long due) {
        return claim(till, user, key, due, 1).onSuccess(till::end);
    }

    private Future<String> claim(Till till, int user, String key, long due, int tries) {
        return press(till, user, key, due)
                .compose(outcome -> Till.isShed(outcome) && tries < TRIES
                        ? later(() -> claim(till, user, key, System.nanoTime(), tries + 1))
                        : Future.succeededFuture(outcome));
    }

    private Future<String> later(Supplier<Future<String>> again) {
        underWay++;
        return vertx.timer(RETRY_MS, TimeUnit.MILLISECONDS).compose(v -> {
            underWay--;
            return again.get();
        });
    }

    /** Sends one claim; its answer counts, and no claim ends with it. */
    Future<String> press(Till till, int user, String key, long due) {
        underWay++;
        String[] who = users.get(user).split(",", 2);
        return http.request(request("/api/coupons/issue", who[1]).putHeader("Idempotency-Key", key))
                .compose(request -> request.send("{\"eventId\":" + till.eventId() + "}"))
                .compose(answer -> answer.body().map(body -> outcome(answer, body)))
                .otherwise(failure -> {
                    complain(failure.toString());
                    return "no_answer";
                })
                .onSuccess(outcome -> count(till, outcome, due));
    }

    private void count(Till till, String outcome, long due) {
        underWay--;
        till.answer(outcome);
        long nanos = System.nanoTime() - due;
        lately.add(outcome, nanos);
        if (due - measuredFrom >= 0) times.add(outcome, nanos);
    }

    private String outcome(HttpClientResponse answer, Buffer body) {
        String text = body.toString();
        var code = CODE.matcher(text);
        String outcome = Till.outcome(
                answer.statusCode(),
                code.find() ? code.group(1) : "",
                answer.getHeader("Idempotency-Replayed") != null);
        if (answer.statusCode() == 201) write(new JsonObject(text));
        if (outcome.equals("unexpected")) complain(answer.statusCode() + " " + text);
        return outcome;
    }

    private void write(JsonObject coupon) {
        Instant issued = Instant.parse(coupon.getString("issuedAt"));
        if (issued.isAfter(lastIssued)) lastIssued = issued;
        try {
            shown.append("coupon " + coupon.getLong("eventId") + ' ' + coupon.getLong("couponId") + ' '
                    + coupon.getLong("userId") + ' ' + coupon.getString("couponCode") + '\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Opens a campaign that everybody may claim a hundred times.
     *
     * @param staff an access token
     */
    Future<Till> open(String staff, String name, int stock, Instant start) {
        var terms = new JsonObject()
                .put("title", "Rehearsal: " + name)
                .put("totalCount", stock)
                .put("startTime", start.toString())
                .put("endTime", start.plus(Duration.ofHours(6)).toString())
                .put("maxPerUser", 100)
                .put("discountType", "fixed")
                .put("discountValue", 1000);
        return http.request(request("/api/admin/events", staff))
                .compose(request -> request.send(terms.toBuffer()))
                .compose(answer -> answer.body().map(body -> {
                    if (answer.statusCode() != 201) throw new IllegalStateException("no campaign: " + body);
                    return new Till(name, body.toJsonObject().getLong("eventId"), stock);
                }));
    }

    private RequestOptions request(String path, String token) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(service.getHost())
                .setPort(service.getPort())
                .setURI(path)
                .putHeader("Content-Type", "application/json")
                .putHeader("Authorization", "Bearer " + token);
    }
}
