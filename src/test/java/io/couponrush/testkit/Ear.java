package io.couponrush.testkit;

import io.vertx.core.Future;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A browser that listens to what one user is told. */
public final class Ear implements AutoCloseable {
    private static final long SOON_MS = 15_000;

    private final WebSocketClient client = Callers.VERTX.createWebSocketClient();
    private final BlockingQueue<JsonObject> frames = new LinkedBlockingQueue<>();

    private Ear() {}

    /** Listens from here on. */
    public static Ear of(Service service, Callers.Caller user) {
        var ear = new Ear();
        ear.listen(service, user);
        return ear;
    }

    private void listen(Service service, Callers.Caller user) {
        String register = new JsonObject()
                .put("type", "register")
                .put("address", "coupon.users." + user.userId())
                .put("headers", new JsonObject().put("Authorization", "Bearer " + user.token()))
                .encode();
        Future<WebSocket> open = client.connect(service.port(), "127.0.0.1", "/eventbus/websocket")
                .onSuccess(socket -> socket.textMessageHandler(text -> frames.add(new JsonObject(text))));
        WebSocket socket = open.await();
        socket.writeTextMessage(register).await();
        socket.writeTextMessage(register).await(); // the second is refused once the first has worked
        JsonObject refusal = next();
        if (!"address_already_registered".equals(refusal.getString("body"))) throw new AssertionError(refusal);
    }

    /** The next message of that type; those before are not kept. */
    public JsonObject hears(String type) {
        JsonObject body = next().getJsonObject("body");
        while (!type.equals(body.getString("type"))) body = next().getJsonObject("body");
        return body;
    }

    private JsonObject next() {
        try {
            JsonObject frame = frames.poll(SOON_MS, TimeUnit.MILLISECONDS);
            if (frame == null) throw new AssertionError("nothing heard");
            return frame;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.close().await();
    }
}
