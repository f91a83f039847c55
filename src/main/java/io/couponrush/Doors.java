package io.couponrush;

import io.couponrush.backing.Postgres;
import io.couponrush.config.Settings;
import io.couponrush.http.Connections;
import io.couponrush.http.ExpressRoute;
import io.couponrush.http.HttpVerticle;
import io.couponrush.http.RequestMeter;
import io.couponrush.http.Routes;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where a node listens for HTTP: the port of its clients and, if it is set, the one of its operators. */
final class Doors {
    private final Vertx vertx;
    private final Settings settings;
    private final RequestMeter meter;
    private final AtomicReference<@Nullable HttpVerticle> oneOfHttp = new AtomicReference<>();

    Doors(Vertx vertx, Settings settings, RequestMeter meter) {
        this.vertx = vertx;
        this.settings = settings;
        this.meter = meter;
    }

    /** Opens the clients' door; the suppliers are asked once for each event loop. The result is the deployment. */
    Future<String> openToClients(Supplier<List<ExpressRoute>> express, Supplier<List<Routes>> routes) {
        int asked = settings.http().instances();
        int instances = asked > 0 ? asked : Runtime.getRuntime().availableProcessors();
        var connections = new Connections(settings.http().connectionsMax(), meter);
        Supplier<HttpVerticle> verticles = () -> {
            var verticle = new HttpVerticle(
                    settings.http(), express.get(), routes.get(), meter, Postgres::isAway, connections);
            oneOfHttp.set(verticle);
            return verticle;
        };
        return vertx.deployVerticle(verticles, new DeploymentOptions().setInstances(instances));
    }

    /** Opens the operators' door. The result is the deployment. */
    Future<String> openToOperators(Routes routes) {
        var management = settings.management();
        var place = settings.http().plainAt(management.host(), management.port());
        var connections = new Connections(place.connectionsMax(), meter);
        return vertx.deployVerticle(
                new HttpVerticle(place, List.of(), List.of(routes), meter, Postgres::isAway, connections));
    }

    boolean isForOperators() {
        return settings.management().isApart();
    }

    /** Where clients are listened to, with {@code http.port} 0 what the system chose; 0 where they are not. */
    int port() {
        HttpVerticle one = oneOfHttp.get();
        return one == null ? 0 : one.port();
    }
}
