package io.couponrush.campaign;

import static io.couponrush.campaign.CampaignDatabase.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.AuditTrail;
import io.couponrush.backing.DatabaseClock;
import io.couponrush.bus.Addresses;
import io.couponrush.bus.Codecs;
import io.couponrush.bus.StockTurned;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Contract;
import io.couponrush.http.Role;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.HttpResponse;
import io.vertx.ext.web.client.WebClient;
import io.vertx.ext.web.handler.BodyHandler;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The routes of campaigns on a port of their own; the token is the role's name. */
final class CampaignServer implements AutoCloseable {
    final CampaignDatabase database = new CampaignDatabase();
    final SoldOutFlags flags = new SoldOutFlags(System::nanoTime);
    final List<Long> reloaded = new CopyOnWriteArrayList<>();
    final List<StockTurned> turned = new CopyOnWriteArrayList<>();
    volatile StockReload reload = id -> Future.succeededFuture();
    volatile int userHas;
    volatile boolean invited;

    final CampaignOffice office;
    private final HttpServer server;
    private final WebClient client;

    CampaignServer() {
        Vertx vertx = database.vertx();
        Codecs.registerAll(vertx.eventBus());
        var store = new CampaignStore(database.pool());
        var campaigns = new Campaigns(store::find, System::nanoTime);
        var news = new CampaignNews(vertx.eventBus());
        await(news.listen(campaigns, flags));
        await(vertx.eventBus()
                .<StockTurned>consumer(Addresses.STOCK_TURNED, m -> turned.add(m.body()))
                .completion());
        office = new CampaignOffice(store, new CampaignEditStore(database.pool()), news, campaigns, this::reload);
        var trail = new AuditTrail(new AuditStore(database.pool(), database.pool()), request -> "203.0.113.7");
        var authentication = new Authentication(CampaignServer::caller, trail);
        var clock = new DatabaseClock(DatabaseClock.timeOf(database.pool()), InstantSource.system(), System::nanoTime);
        await(clock.tick());
        Router router = Router.router(vertx);
        router.route().handler(BodyHandler.create(false));
        new EventRoutes(
                        authentication,
                        campaigns,
                        store,
                        (user, event) -> Future.succeededFuture(userHas),
                        (user, event) -> Future.succeededFuture(invited),
                        clock)
                .mount(router);
        new StaffEventRoutes(authentication, new Contract(), office, store, trail, clock).mount(router);
        server = await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
        client = WebClient.create(vertx);
    }

    private Future<Void> reload(long eventId) {
        reloaded.add(eventId);
        return reload.reload(eventId);
    }

    private static @Nullable Caller caller(String token) {
        for (Role role : Role.values()) {
            if (role.name().equals(token)) {
                return new Caller(7, "somebody@example.com", role, new UUID(0, 7));
            }
        }
        return null;
    }

    HttpRequest<Buffer> as(@Nullable Role role, HttpMethod method, String path) {
        var request = client.request(method, server.actualPort(), "127.0.0.1", path);
        return role == null ? request : request.bearerTokenAuthentication(role.name());
    }

    @CanIgnoreReturnValue
    HttpResponse<Buffer> staff(HttpMethod method, String path, JsonObject body) {
        return await(as(Role.ADMIN, method, "/api/admin/events" + path).sendJsonObject(body));
    }

    HttpResponse<Buffer> get(String path) {
        return await(as(null, HttpMethod.GET, "/api/coupons/events" + path).send());
    }

    @Override
    public void close() {
        await(server.close());
        database.close();
    }
}
