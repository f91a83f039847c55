package io.couponrush.testkit;

import io.couponrush.testkit.Callers.Caller;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A user's page as it should be: it listens, keeps what it is told by id, comes back when its socket closes, and asks for
 * what it missed when it was away or when its node says so.
 */
public final class Page implements AutoCloseable {
    private static final long COME_BACK_MS = 100;
    private static final long COME_BACK_SPREAD_MS = 900;
    private static final String SETTLED = "settled";
    private static final WebSocketClient SOCKETS =
            Callers.VERTX.createWebSocketClient(new WebSocketClientOptions().setMaxConnections(50_000));
    private static final HttpClient HTTP = Callers.VERTX.createHttpClient(
            new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(64).setMaxWaitQueueSize(-1));

    private final Service node;
    private final Caller user;
    private final Map<Long, JsonObject> told = new ConcurrentSkipListMap<>();
    private final AtomicInteger pushed = new AtomicInteger();
    private final Map<Long, Integer> pushedCoupons = new ConcurrentHashMap<>();
    private final Queue<JsonObject> strangers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private long cursor;
    private volatile boolean listening;
    private volatile boolean left;
    private volatile WebSocket socket;

    /** Looks for the node anew each time it comes back. */
    public Page(Service node, Caller user) {
        this.node = node;
        this.user = user;
        Callers.VERTX.runOnContext(v -> connect());
    }

    /** Whether its node knows what it listens to. */
    public boolean isListening() {
        return listening;
    }

    /** The coupons it was told that it got, in the order of ids; an id counts once however often it came. */
    public List<Long> coupons() {
        return issued().map(data -> data.getLong("couponId")).toList();
    }

    /** Those of them that are of that campaign. */
    public List<Long> coupons(long eventId) {
        return issued().filter(data -> data.getLong("eventId") == eventId)
                .map(data -> data.getLong("couponId"))
                .toList();
    }

    private Stream<JsonObject> issued() {
        return told.values().stream()
                .filter(notice -> "coupon.issued".equals(notice.getString("type")))
                .map(notice -> notice.getJsonObject("data"));
    }

    /** Messages to other users. */
    public List<JsonObject> strangers() {
        return List.copyOf(strangers);
    }

    /** Messages that came without asking. */
    public int pushed() {
        return pushed.get();
    }

    /** Whether that coupon came without asking. */
    public boolean wasPushed(long couponId) {
        return pushedCoupons.containsKey(couponId);
    }

    /** Coupons that came more than once without asking. */
    public List<Long> pushedAgain() {
        return pushedCoupons.entrySet().stream()
                .filter(coupon -> coupon.getValue() > 1)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** How often its node said that something may have been missed. */
    public int askedToCatchUp() {
        return asked.get();
    }

    private void connect() {
        if (left) return;
        listening = false;
        SOCKETS.connect(node.port(), "127.0.0.1", "/eventbus/websocket")
                .onSuccess(this::listen)
                .onFailure(away -> comeBack());
    }

    private void comeBack() {
        listening = false;
        Callers.VERTX.setTimer(soon(), timer -> connect());
    }

    /** Not in the same moment as everybody else who lost the same node. */
    private static long soon() {
        return COME_BACK_MS + ThreadLocalRandom.current().nextLong(COME_BACK_SPREAD_MS);
    }

    private void listen(WebSocket connected) {
        socket = connected;
        connected.textMessageHandler(this::hear);
        Pings.keepOpen(connected, () -> send(new JsonObject().put("type", "ping")), this::comeBack);
        send(new JsonObject()
                .put("type", "register")
                .put("address", "coupon.users." + user.userId())
                .put("headers", new JsonObject().put("Authorization", "Bearer " + user.token())));
        send(new JsonObject().put("type", "send").put("address", SETTLED)); // its refusal says that all was read
        ask();
    }

    private void send(JsonObject frame) {
        Future<Void> unused = socket.writeTextMessage(frame.encode());
    }

    private void hear(String text) {
        var frame = new JsonObject(text);
        if (SETTLED.equals(frame.getString("address"))) {
            listening = true;
        } else if ("rec".equals(frame.getString("type"))) {
            hear(frame.getJsonObject("body"));
        }
    }

    private void hear(JsonObject message) {
        if ("missed".equals(message.getString("type"))) {
            asked.incrementAndGet();
            int after = message.getJsonObject("data").getInteger("askAfterMs");
            Callers.VERTX.setTimer(after + 1, timer -> ask());
        } else if (message.containsKey("id")) {
            pushed.incrementAndGet();
            pushedCoupons.merge(message.getJsonObject("data").getLong("couponId"), 1, Integer::sum);
            keep(message);
        }
    }

    private void keep(JsonObject message) {
        told.putIfAbsent(message.getLong("id"), message);
        if (message.getJsonObject("data").getLong("userId") != user.userId()) strangers.add(message);
    }

    /** From where it last asked: what was pushed since may have come around something that is missing. */
    private void ask() {
        var request = new RequestOptions()
                .setMethod(HttpMethod.GET)
                .setHost("127.0.0.1")
                .setPort(node.port())
                .setTimeout(5_000)
                .setURI("/api/notifications?after=" + cursor)
                .putHeader("Authorization", "Bearer " + user.token());
        HTTP.request(request)
                .compose(HttpClientRequest::send)
                .compose(Page::page)
                .onSuccess(this::take)
                .onFailure(away -> Callers.VERTX.setTimer(soon(), timer -> ask()));
    }

    private static Future<JsonObject> page(HttpClientResponse response) {
        return response.statusCode() == 200
                ? response.body().map(Buffer::toJsonObject)
                : Future.failedFuture("answered " + response.statusCode());
    }

    private void take(JsonObject page) {
        JsonArray items = page.getJsonArray("items");
        items.forEach(each -> keep((JsonObject) each));
        cursor = Math.max(cursor, page.getLong("nextAfter"));
        if (!items.isEmpty()) ask();
    }

    @Override
    public void close() {
        left = true;
        WebSocket open = socket;
        if (open != null) {
            Future<Void> unused = open.close();
        }
    }
}
