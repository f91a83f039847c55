package io.couponrush.notification;

import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** What a user was told while their browser was away. */
public final class NotificationRoutes implements Routes {
    private final Authentication authentication;
    private final NoticeStore store;

    public NotificationRoutes(Authentication authentication, NoticeStore store) {
        this.authentication = authentication;
        this.store = store;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/notifications")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(this::after);
    }

    private void after(RoutingContext ctx) {
        var params = new QueryParams(ctx);
        long after = params.idOrZero("after");
        int limit = params.limit();
        Problem problem = params.problem();
        if (problem != null) {
            Replies.deny(ctx, problem);
            return;
        }
        long userId = Authentication.caller(ctx).userId();
        Replies.json(ctx, 200, store.after(userId, after, limit).map(Answer::given), items -> page(after, items));
    }

    /** {@code nextAfter} is always where to go on: after the last item, or where the caller was. */
    private static JsonObject page(long after, List<JsonObject> items) {
        long next = items.isEmpty() ? after : items.get(items.size() - 1).getLong("id");
        return new JsonObject().put("items", new JsonArray(items)).put("nextAfter", next);
    }
}
