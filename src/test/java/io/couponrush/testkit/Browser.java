package io.couponrush.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.vertx.core.Future;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A client of the bridge, on either transport. */
public final class Browser {
    private static final WebSocketClient CLIENT = Callers.VERTX.createWebSocketClient(
            new WebSocketClientOptions().setMaxConnections(10_000).setConnectTimeout(5_000));

    public final BlockingQueue<JsonObject> received = new LinkedBlockingQueue<>();
    public final AtomicInteger count = new AtomicInteger();
    public final WebSocket socket;
    private final boolean framed;
    private final Consumer<JsonObject> listener;

    /** Keeps in {@link #received} what it hears. */
    public Browser(WebSocket socket, boolean framed) {
        this.socket = socket;
        this.framed = framed;
        this.listener = received::add;
        socket.textMessageHandler(this::hear);
    }

    private Browser(WebSocket socket, boolean framed, Consumer<JsonObject> listener) {
        this.socket = socket;
        this.framed = framed;
        this.listener = listener;
        socket.textMessageHandler(this::hear);
    }

    /** As a page of the service would, framed as SockJS does or on a plain WebSocket. */
    static Future<Browser> connect(Service service, boolean framed, Consumer<JsonObject> listener) {
        return CLIENT.connect(place(service, framed)).map(socket -> new Browser(socket, framed, listener));
    }

    private static WebSocketConnectOptions place(Service service, boolean framed) {
        return new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(service.port())
                .addHeader("Origin", "http://127.0.0.1:" + service.port())
                .setURI(framed ? "/eventbus/000/" + UUID.randomUUID() + "/websocket" : "/eventbus/websocket");
    }

    /** The same, connected, and keeping in {@link #received} what it hears. */
    public static Browser at(Service service, boolean framed) {
        return CLIENT.connect(place(service, framed))
                .map(socket -> new Browser(socket, framed))
                .toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private void hear(String text) {
        if (!framed) {
            keep(text);
        } else if (text.startsWith("a")) {
            new JsonArray(text.substring(1)).forEach(each -> keep((String) each));
        }
    }

    private void keep(String text) {
        listener.accept(new JsonObject(text));
        count.incrementAndGet();
    }

    @CanIgnoreReturnValue
    public Browser text(String text) {
        Future<Void> unused =
                socket.writeTextMessage(framed ? new JsonArray().add(text).encode() : text);
        return this;
    }

    @CanIgnoreReturnValue
    public Browser send(JsonObject frame) {
        return text(frame.encode());
    }

    @CanIgnoreReturnValue
    public Browser ping() {
        return send(new JsonObject().put("type", "ping"));
    }

    @CanIgnoreReturnValue
    public Browser register(String address) {
        return register(address, null);
    }

    /** With the token, unless that is null. */
    @CanIgnoreReturnValue
    public Browser register(String address, String token) {
        var frame = new JsonObject().put("type", "register").put("address", address);
        if (token != null) {
            frame.put("headers", new JsonObject().put("Authorization", "Bearer " + token));
        }
        return send(frame);
    }

    /** What comes next, of messages and errors. */
    public JsonObject next() {
        try {
            JsonObject next = received.poll(10, TimeUnit.SECONDS);
            assertThat(next).as("what comes next").isNotNull();
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    public String nextError() {
        JsonObject next = next();
        assertThat(next.getString("type")).isEqualTo("err");
        return next.getString("body");
    }

    /** Registrations have no answer: a frame that has one tells that they were worked on. */
    @CanIgnoreReturnValue
    public Browser settled() {
        send(new JsonObject().put("type", "send").put("address", "settled"));
        assertThat(next().getString("address")).isEqualTo("settled");
        return this;
    }

    @CanIgnoreReturnValue
    public int closeCode() {
        await().until(socket::isClosed);
        return socket.closeStatusCode() == null ? 0 : socket.closeStatusCode();
    }
}
