package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Future;
import io.vertx.core.http.WebSocket;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A client of the bridge, on either transport. */
final class Browser {
    final BlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
    final AtomicInteger count = new AtomicInteger();
    final WebSocket socket;
    private final boolean framed;

    Browser(WebSocket socket, boolean framed) {
        this.socket = socket;
        this.framed = framed;
        socket.textMessageHandler(this::hear);
    }

    private void hear(String text) {
        if (!framed) {
            keep(text);
        } else if (text.startsWith("a")) {
            new JsonArray(text.substring(1)).forEach(each -> keep((String) each));
        }
    }

    private void keep(String text) {
        received.add(new JsonObject(text));
        count.incrementAndGet();
    }

    @CanIgnoreReturnValue
    Browser text(String text) {
        Future<Void> unused =
                socket.writeTextMessage(framed ? new JsonArray().add(text).encode() : text);
        return this;
    }

    @CanIgnoreReturnValue
    Browser send(JsonObject frame) {
        return text(frame.encode());
    }

    @CanIgnoreReturnValue
    Browser ping() {
        return send(new JsonObject().put("type", "ping"));
    }

    @CanIgnoreReturnValue
    Browser register(String address) {
        return register(address, null);
    }

    @CanIgnoreReturnValue
    Browser register(String address, @Nullable String token) {
        var frame = new JsonObject().put("type", "register").put("address", address);
        if (token != null) {
            frame.put("headers", new JsonObject().put("Authorization", "Bearer " + token));
        }
        return send(frame);
    }

    /** What comes next, of messages and errors. */
    JsonObject next() {
        try {
            JsonObject next = received.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("what comes next").isNotNull();
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    String nextError() {
        JsonObject next = next();
        assertThat(next.getString("type")).isEqualTo("err");
        return next.getString("body");
    }

    /** Registrations have no answer: a frame that has one tells that they were worked on. */
    @CanIgnoreReturnValue
    Browser settled() {
        send(new JsonObject().put("type", "send").put("address", "settled"));
        assertThat(next().getString("address")).isEqualTo("settled");
        return this;
    }

    @CanIgnoreReturnValue
    int closeCode() {
        await().until(socket::isClosed);
        return socket.closeStatusCode() == null ? 0 : socket.closeStatusCode();
    }
}
