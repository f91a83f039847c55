package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.Page;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** {@code /api/admin/partners}, and {@code /api/auth/token}, where partners sign in. */
final class PartnerRoutes implements Routes {
    private static final String PARTNERS = "/api/admin/partners";

    private final Partners partners;
    private final Authentication authentication;
    private final Contract contract;
    private final Handler<RoutingContext> limit;
    private final AuditTrail trail;

    /**
     * Makes the routes of one event loop.
     *
     * @param limit of attempts to sign in
     */
    PartnerRoutes(
            Partners partners,
            Authentication authentication,
            Contract contract,
            Handler<RoutingContext> limit,
            AuditTrail trail) {
        this.partners = partners;
        this.authentication = authentication;
        this.contract = contract;
        this.limit = limit;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.post("/api/auth/token")
                .handler(limit)
                .handler(contract.body("TokenRequest"))
                .handler(this::token);
        router.get(PARTNERS)
                .handler(authentication.required(Permission.MANAGE_PARTNERS))
                .handler(this::list);
        router.post(PARTNERS)
                .handler(authentication.required(Permission.MANAGE_PARTNERS))
                .handler(contract.body("CreatePartnerRequest"))
                .handler(this::make);
        router.post(PARTNERS + "/:partnerId/revoke")
                .handler(authentication.required(Permission.MANAGE_PARTNERS))
                .handler(this::revoke);
    }

    private void token(RoutingContext ctx) {
        JsonObject body = Contract.body(ctx);
        var deed = trail.deed(ctx, "auth.token");
        var token = partners.token(body.getString("clientId"), body.getString("clientSecret"), deed, trail);
        Replies.json(ctx, 200, token, PartnerRoutes::json);
    }

    private void make(RoutingContext ctx) {
        var made = partners.make(Contract.body(ctx).getString("name"), trail.deed(ctx, "partner.create"));
        Replies.json(ctx, 201, made, m -> m.partner().json().put("clientSecret", m.secret()));
    }

    private void revoke(RoutingContext ctx) {
        QueryParams.withPathId(ctx, "partnerId", ProblemCode.PARTNER_NOT_FOUND, id -> revoke(ctx, id));
    }

    private void revoke(RoutingContext ctx, long partnerId) {
        var revoked = partners.revoke(partnerId, trail.deed(ctx, "partner.revoke"));
        Replies.json(ctx, 200, revoked, Partner::json);
    }

    private void list(RoutingContext ctx) {
        var params = new QueryParams(ctx);
        long beforeId = params.beforeId();
        int limit = params.limit();
        Problem problem = params.problem();
        if (problem == null) {
            var page = partners.page(beforeId, limit + 1)
                    .map(found -> Page.of(found, limit, partner -> QueryParams.cursorOf(partner.partnerId())));
            Replies.json(ctx, 200, page.map(Answer::given), shown -> shown.json(Partner::json));
        } else {
            Replies.deny(ctx, problem);
        }
    }

    private static JsonObject json(Partners.AccessToken token) {
        return new JsonObject()
                .put("accessToken", token.text())
                .put("tokenType", "Bearer")
                .put("expiresIn", token.expiresIn().toSeconds());
    }
}
