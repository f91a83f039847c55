package io.couponrush.bench;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Sockets at the bridge of one or more nodes. */
final class Browsers {
    private static final int AT_ONCE = 200;

    private final Vertx vertx;
    private final List<URI> nodes;
    private final WebSocketClient sockets;

    Browsers(Vertx vertx, List<URI> nodes) {
        this.vertx = vertx;
        this.nodes = nodes;
        sockets = vertx.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(100_000));
    }

    /** So many, on the nodes in turns, opened two hundred at a time; waits for them. */
    List<WebSocket> connect(int count, Consumer<WebSocket> use) {
        List<WebSocket> all = new ArrayList<>(count);
        Promise<Void> done = Promise.promise();
        vertx.runOnContext(v -> {
            List<Future<Void>> hands = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++)
                hands.add(connectNext(all, new int[] {count / AT_ONCE}, bridge(nodes.get(i % nodes.size())), use));
            Future.all(hands).<Void>mapEmpty().onComplete(done);
        });
        done.future().await();
        return all;
    }

    private static WebSocketConnectOptions bridge(URI node) {
        return new WebSocketConnectOptions()
                .setHost(node.getHost())
                .setPort(node.getPort())
                .setURI("/eventbus/websocket");
    }

    private Future<Void> connectNext(
            List<WebSocket> all, int[] left, WebSocketConnectOptions options, Consumer<WebSocket> use) {
        if (left[0]-- == 0) return Future.succeededFuture();
        return sockets.connect(options).compose(socket -> {
            use.accept(socket);
            all.add(socket);
            return connectNext(all, left, options, use);
        });
    }

    /** A frame with {@code "registered"} comes back once the registration is through. */
    static void register(WebSocket socket, String address, String token) {
        var frame = new JsonObject().put("type", "register").put("address", address);
        if (!token.isEmpty()) frame.put("headers", new JsonObject().put("Authorization", "Bearer " + token));
        Future<Void> unused = socket.writeTextMessage(frame.encode())
                .compose(v -> socket.writeTextMessage("{\"type\":\"send\",\"address\":\"registered\"}"));
    }
}
