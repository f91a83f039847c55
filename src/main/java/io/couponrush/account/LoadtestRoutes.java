package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.config.Settings;
import io.couponrush.http.Contract;
import io.couponrush.http.Problem;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/** Users and tokens in bulk for rehearsals; not there unless the settings say so. */
final class LoadtestRoutes implements Routes {
    private static final Duration TTL = Duration.ofHours(2);
    private static final int MAX = 100_000;
    /** Users in one insert and one write; to sign their tokens takes a few milliseconds of the event loop. */
    private static final int SLICE = 500;

    private final UserStore users;
    private final AccessTokens accessTokens;
    private final Contract contract;
    private final Settings.Loadtest settings;
    private final AuditTrail trail;

    LoadtestRoutes(
            UserStore users,
            AccessTokens accessTokens,
            Contract contract,
            Settings.Loadtest settings,
            AuditTrail trail) {
        this.users = users;
        this.accessTokens = accessTokens;
        this.contract = contract;
        this.settings = settings;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        if (settings.enabled()) {
            router.post("/api/loadtest/users")
                    .handler(contract.body("LoadtestUsersRequest"))
                    .handler(this::users);
        }
    }

    private void users(RoutingContext ctx) {
        long count = Contract.body(ctx).getLong("count");
        if (count < 1 || count > MAX) {
            Replies.deny(ctx, Problem.invalid("count", "must be 1 to " + MAX));
            return;
        }
        HttpServerResponse response = ctx.response();
        response.setChunked(true).putHeader(HttpHeaders.CONTENT_TYPE, "text/csv; charset=utf-8");
        trail.done(trail.deed(ctx, "loadtest.users"), null, new JsonObject().put("count", count))
                .compose(v -> write(response, UUID.randomUUID().toString(), 1, (int) count))
                .compose(v -> response.end())
                .onFailure(e -> Replies.breakOff(ctx, e));
    }

    /** One slice after the other: the next is made when the client has taken the last. */
    private Future<Void> write(HttpServerResponse response, String run, int first, int count) {
        if (first > count) {
            return Future.succeededFuture();
        }
        int last = Math.min(count, first + SLICE - 1);
        return users.insertWithoutPassword(run, first, last)
                .compose(made -> response.write(lines(made)))
                .compose(v -> write(response, run, last + 1, count));
    }

    private String lines(List<User> made) {
        var lines = new StringBuilder();
        for (User user : made) {
            String token = accessTokens.sign(user, UUID.randomUUID(), TTL);
            lines.append(user.userId()).append(',').append(token).append('\n');
        }
        return lines.toString();
    }
}
