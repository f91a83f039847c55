package io.couponrush.issuance;

import io.couponrush.campaign.EventPath;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/** Tells the staff whether Redis was ready for a start. */
public final class WarmUpRoutes implements Routes {
    private final Authentication authentication;
    private final WarmUpStore store;

    public WarmUpRoutes(Authentication authentication, WarmUpStore store) {
        this.authentication = authentication;
        this.store = store;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/admin/events/:eventId/warmup")
                .handler(authentication.required(Permission.READ_STAFF))
                .handler(this::show);
    }

    private void show(RoutingContext ctx) {
        EventPath.withId(ctx, id -> Replies.json(ctx, 200, store.find(id).map(WarmUpRoutes::answer), json -> json));
    }

    private static Answer<JsonObject> answer(@Nullable JsonObject found) {
        return found == null ? Answer.denied(ProblemCode.EVENT_NOT_FOUND) : Answer.given(found);
    }
}
