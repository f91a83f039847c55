package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/** {@code /api/users/me/totp}: the second factor of the caller. */
final class SecondFactorRoutes implements Routes {
    private static final String TOTP = "/api/users/me/totp";

    private final SecondFactors factors;
    private final Owner owner;
    private final Accounts accounts;
    private final Authentication authentication;
    private final Contract contract;
    private final AuditTrail trail;
    private final String label;

    /**
     * Makes the routes of one event loop.
     *
     * @param label what authenticators call this service
     */
    SecondFactorRoutes(
            SecondFactors factors,
            Owner owner,
            Accounts accounts,
            Authentication authentication,
            Contract contract,
            AuditTrail trail,
            String label) {
        this.factors = factors;
        this.owner = owner;
        this.accounts = accounts;
        this.authentication = authentication;
        this.contract = contract;
        this.trail = trail;
        this.label = label;
    }

    @Override
    public void mount(Router router) {
        router.get(TOTP).handler(authentication.required(Permission.TAKE_PART)).handler(this::show);
        router.post(TOTP)
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(contract.body("BeginTotpRequest"))
                .handler(this::begin);
        router.post(TOTP + "/confirm")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(contract.body("ConfirmTotpRequest"))
                .handler(this::confirm);
        router.delete(TOTP)
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(contract.body("OwnerRequest"))
                .handler(this::remove);
    }

    private void show(RoutingContext ctx) {
        var factor = factors.of(Authentication.caller(ctx).userId()).map(Answer::given);
        Replies.json(ctx, 200, factor, Portrait::json);
    }

    private void begin(RoutingContext ctx) {
        Caller caller = Authentication.caller(ctx);
        String password = Contract.body(ctx).getString("password");
        Replies.json(
                ctx,
                200,
                factors.of(caller.userId())
                        .compose(factor -> factor.isPresent()
                                ? Future.succeededFuture(Answer.denied(ProblemCode.SECOND_FACTOR_CONFLICT))
                                : begin(caller, password)),
                body -> body);
    }

    private Future<Answer<JsonObject>> begin(Caller caller, String password) {
        return owner.of(caller, password, null)
                .compose(answer -> Answer.then(answer, user -> factors.begin(user)
                        .map(begun -> begun.map(secret -> new JsonObject()
                                .put("secret", Totp.base32(secret.bytes().getBytes()))
                                .put("uri", Totp.uri(secret.bytes().getBytes(), label, user.email()))))));
    }

    private void confirm(RoutingContext ctx) {
        String otp = Contract.body(ctx).getString("otp");
        var deed = trail.deed(ctx, "totp.enable");
        var codes = accounts.find(Authentication.caller(ctx).userId())
                .compose(answer -> Answer.then(answer, user -> factors.confirm(user, otp, deed)));
        Replies.json(ctx, 200, codes, SecondFactorRoutes::json);
    }

    private void remove(RoutingContext ctx) {
        JsonObject body = Contract.body(ctx);
        var deed = trail.deed(ctx, "totp.disable");
        var removed = owner.of(Authentication.caller(ctx), body.getString("password"), body.getString("otp"))
                .compose(answer -> Answer.then(answer, user -> factors.remove(user, deed)));
        Replies.noContent(ctx, removed);
    }

    private static JsonObject json(List<RecoveryCode> codes) {
        var texts = new JsonArray();
        codes.forEach(code -> texts.add(code.text()));
        return new JsonObject().put("recoveryCodes", texts);
    }
}
