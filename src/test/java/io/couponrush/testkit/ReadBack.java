package io.couponrush.testkit;

import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Looks at another node for every so many-th coupon that somebody has just been given (I16). */
public final class ReadBack {
    private static final int EVERY = 20;

    private final Service other;
    private final AtomicInteger issued = new AtomicInteger();
    private final AtomicInteger found = new AtomicInteger();
    private final Queue<String> missing = new ConcurrentLinkedQueue<>();

    public ReadBack(Service other) {
        this.other = other;
    }

    /** Coupons that were found. */
    public int found() {
        return found.get();
    }

    /** Coupons that were not there, in words. */
    public List<String> missing() {
        return List.copyOf(missing);
    }

    void look(HttpClient client, Answer answer) {
        if (!answer.issued() || issued.getAndIncrement() % EVERY != 0) return;
        var options = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost("127.0.0.1")
                .setPort(other.port())
                .setURI("/api/coupons/my?eventId=" + answer.press().eventId())
                .setTimeout(10_000)
                .putHeader("Authorization", "Bearer " + answer.press().caller().token());
        client.request(options).compose(request -> request.send()).compose(response -> response.body()
                .map(body -> {
                    if (response.statusCode() == 200) compare(answer, body.toString());
                    return null; // another status: the node is broken on purpose, and says so
                }));
    }

    private void compare(Answer answer, String wallet) {
        if (wallet.contains('"' + answer.couponCode() + '"')) {
            found.incrementAndGet();
        } else {
            missing.add("I16: not in the wallet at the other node: " + answer + ": " + wallet);
        }
    }
}
