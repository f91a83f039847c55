package io.couponrush.account;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Forgetting users who ask for it. Their coupons stay, and are nobody's: the ledger has to add up. */
final class ErasureRoutes implements Routes {
    private static final Logger LOG = LoggerFactory.getLogger(ErasureRoutes.class);

    private final Owner owner;
    private final UserStore users;
    private final Sessions sessions;
    private final Authentication authentication;
    private final Contract contract;
    private final AuditTrail trail;

    ErasureRoutes(
            Owner owner,
            UserStore users,
            Sessions sessions,
            Authentication authentication,
            Contract contract,
            AuditTrail trail) {
        this.owner = owner;
        this.users = users;
        this.sessions = sessions;
        this.authentication = authentication;
        this.contract = contract;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.delete("/api/users/me")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(contract.body("OwnerRequest"))
                .handler(this::forget);
    }

    private void forget(RoutingContext ctx) {
        JsonObject body = Contract.body(ctx);
        Deed deed = trail.deed(ctx, "user.forget");
        var forgotten = owner.of(Authentication.caller(ctx), body.getString("password"), body.getString("otp"))
                .compose(answer -> Answer.then(answer, user -> forget(user, deed)));
        Replies.noContent(ctx, forgotten);
    }

    private Future<Answer<Boolean>> forget(User user, Deed deed) {
        String target = "user:" + user.userId();
        return users.forget(user.userId(), AuditEntry.done(deed, target, null)).map(answer -> {
            if (answer instanceof Answer.Given<List<UUID>> forgotten) {
                sessions.tell(forgotten.value());
            } else if (answer instanceof Answer.Denied<List<UUID>> denied) {
                trail.refused(deed, target, denied.problem().code());
            }
            boolean success = answer instanceof Answer.Given;
            LOG.atInfo()
                    .addKeyValue("action", "forget")
                    .addKeyValue("userId", user.userId())
                    .addKeyValue("success", success)
                    .log("account");
            return answer.map(ended -> true);
        });
    }
}
