package io.couponrush.audit;

import io.couponrush.audit.AuditStore.Line;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Permission;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** The audit log, for the staff to read. */
public final class AuditRoutes implements Routes {
    private final Authentication authentication;
    private final AuditStore store;

    public AuditRoutes(Authentication authentication, AuditStore store) {
        this.authentication = authentication;
        this.store = store;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/admin/audit")
                .handler(authentication.required(Permission.SEE_AUDIT))
                .handler(this::list);
    }

    /** Reads one more than is shown, to know whether there is a next page. */
    private void list(RoutingContext ctx) {
        Answer<AuditQuery> asked = AuditQuery.of(ctx);
        if (asked instanceof Answer.Given<AuditQuery> given) {
            AuditQuery query = given.value();
            Replies.json(
                    ctx, 200, store.page(query, query.limit() + 1).map(Answer::given), l -> page(l, query.limit()));
        } else {
            Replies.deny(ctx, ((Answer.Denied<AuditQuery>) asked).problem());
        }
    }

    private static JsonObject page(List<Line> found, int limit) {
        List<Line> shown = found.subList(0, Math.min(limit, found.size()));
        var items = new JsonArray();
        shown.forEach(line -> items.add(line.json()));
        String next = found.size() > limit
                ? QueryParams.cursorOf(Long.toString(shown.get(limit - 1).id()))
                : null;
        return new JsonObject().put("items", items).put("nextCursor", next);
    }
}
