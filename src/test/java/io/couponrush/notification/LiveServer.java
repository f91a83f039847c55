package io.couponrush.notification;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.bus.Codecs;
import io.couponrush.bus.Notice;
import io.couponrush.campaign.Campaign;
import io.couponrush.campaign.Campaigns;
import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.http.Caller;
import io.couponrush.http.HttpVerticle;
import io.couponrush.http.Role;
import io.couponrush.ops.Meters;
import io.couponrush.ops.SocketMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The real HTTP server with nothing but the bridge, and browsers for it. */
final class LiveServer implements AutoCloseable {
    static final String SHOP = "https://shop.example";

    final Vertx vertx = Vertx.vertx();
    /** Which tokens hold, and whose they are. */
    final Map<String, Long> tokens = new ConcurrentHashMap<>();
    /** What Postgres would say. */
    final Map<Long, Campaign> campaigns = new ConcurrentHashMap<>();

    final MeterRegistry registry = new SimpleMeterRegistry();
    final LiveChannel channel;
    private final Teller teller = new Teller(vertx.eventBus());
    private final Context loop = vertx.getOrCreateContext();
    private final SocketMeters meters = new Meters(registry).sockets();
    private final WebSocketClient client = vertx.createWebSocketClient(
            new WebSocketClientOptions().setMaxConnections(5_000).setMaxFrameSize(1 << 20));
    private final AtomicReference<@Nullable HttpVerticle> http = new AtomicReference<>();

    LiveServer(Map<String, String> changes) {
        Codecs.registerAll(vertx.eventBus());
        Map<String, String> env = new HashMap<>(Map.of(
                "COUPONRUSH_HTTP_PORT", "0",
                "COUPONRUSH_HTTP_CORS_ORIGINS", SHOP,
                "COUPONRUSH_HTTP_DRAIN", "1s"));
        env.putAll(changes);
        Settings settings = SettingsLoader.read(Profile.DEV, env).settings();
        var memory = new Campaigns(id -> Future.succeededFuture(campaigns.get(id)), System::nanoTime);
        channel = new LiveChannel(
                vertx, settings, this::caller, memory, meters, InstantSource.system(), System::nanoTime);
        await(channel.start());
        loop.runOnContext(v -> vertx.setPeriodic(1_000, timer -> teller.beat()));
        await(vertx.deployVerticle(
                () -> {
                    var verticle = new HttpVerticle(settings.http(), List.of(), List.of(channel.routes()));
                    http.set(verticle);
                    return verticle;
                },
                new DeploymentOptions().setInstances(2)));
    }

    private @Nullable Caller caller(String token) {
        Long userId = tokens.get(token);
        return userId == null ? null : new Caller(userId, "somebody@example.com", Role.USER, new UUID(0, userId));
    }

    int port() {
        HttpVerticle one = http.get();
        return one == null ? 0 : one.port();
    }

    Browser raw() {
        return connect("/eventbus/websocket", null, false);
    }

    Browser framed() {
        return connect("/eventbus/000/" + UUID.randomUUID() + "/websocket", null, true);
    }

    Browser connect(String path, @Nullable String origin, boolean framed) {
        return await(connecting(path, origin, framed));
    }

    Future<Browser> connecting(String path, @Nullable String origin, boolean framed) {
        var options = new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(port())
                .setURI(path);
        if (origin != null) {
            options.addHeader("Origin", origin);
        }
        return client.connect(options).map((WebSocket socket) -> new Browser(socket, framed));
    }

    /** A response with headers, but no body. */
    HttpClientResponse get(HttpMethod method, String path, Map<String, String> headers) {
        var options = new RequestOptions()
                .setHost("127.0.0.1")
                .setPort(port())
                .setMethod(method)
                .setURI(path);
        headers.forEach(options::addHeader);
        return await(vertx.createHttpClient().request(options).compose(HttpClientRequest::send));
    }

    void publish(String address, String body) {
        Promise<Void> told = Promise.promise();
        loop.runOnContext(v -> {
            teller.tell(List.of(new Notice(address, body)));
            told.complete();
        });
        await(told.future());
    }

    double count(String meter) {
        return registry.get(meter).counter().count();
    }

    int open() {
        return meters.open();
    }

    @CanIgnoreReturnValue
    static <T> T await(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
