package io.couponrush.audit;

import io.couponrush.audit.AuditStore.Line;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Page;
import io.couponrush.http.Permission;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

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

    private void list(RoutingContext ctx) {
        Answer<AuditQuery> asked = AuditQuery.of(ctx);
        if (asked instanceof Answer.Given<AuditQuery> given) {
            Replies.json(ctx, 200, page(given.value()).map(Answer::given), page -> page.json(Line::json));
        } else {
            Replies.deny(ctx, ((Answer.Denied<AuditQuery>) asked).problem());
        }
    }

    private Future<Page<Line>> page(AuditQuery query) {
        return store.page(query, query.limit() + 1)
                .map(found -> Page.of(found, query.limit(), line -> QueryParams.cursorOf(line.id())));
    }
}
