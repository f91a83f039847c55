package io.couponrush.account;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Caller;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Another password for the caller; a first one for who signs in elsewhere alone. */
final class PasswordRoutes implements Routes {
    private static final Logger LOG = LoggerFactory.getLogger(PasswordRoutes.class);

    private final Owner owner;
    private final Passwords passwords;
    private final PasswordStore store;
    private final Sessions sessions;
    private final Authentication authentication;
    private final Contract contract;
    private final Handler<RoutingContext> limit;
    private final AuditTrail trail;

    /**
     * Makes the routes of one event loop.
     *
     * @param limit of attempts to sign in: guessing here is no cheaper
     */
    PasswordRoutes(
            Owner owner,
            Passwords passwords,
            PasswordStore store,
            Sessions sessions,
            Authentication authentication,
            Contract contract,
            Handler<RoutingContext> limit,
            AuditTrail trail) {
        this.owner = owner;
        this.passwords = passwords;
        this.store = store;
        this.sessions = sessions;
        this.authentication = authentication;
        this.contract = contract;
        this.limit = limit;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.post("/api/auth/password")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(limit)
                .handler(contract.body("ChangePasswordRequest"))
                .handler(this::change);
    }

    /** A new password that may not be is told first: it costs no attempt at the old one. */
    private void change(RoutingContext ctx) {
        JsonObject body = Contract.body(ctx);
        Caller caller = Authentication.caller(ctx);
        String fresh = body.getString("newPassword");
        String refusal = PasswordRules.refusal(fresh, caller.email());
        if (refusal != null) {
            Replies.deny(ctx, Problem.invalid("newPassword", refusal));
            return;
        }
        Deed deed = trail.deed(ctx, "password.change");
        var changed = owner.of(caller, body.getString("password"), body.getString("otp"))
                .compose(answer -> Answer.then(answer, user -> passwords.hash(fresh)))
                .compose(answer -> Answer.then(answer, hash -> change(caller, hash, deed)));
        Replies.noContent(ctx, changed);
    }

    private Future<Answer<Boolean>> change(Caller caller, String hash, Deed deed) {
        var entry = AuditEntry.done(deed, "user:" + caller.userId(), null);
        return store.change(caller.userId(), caller.sessionId(), hash, entry)
                .onSuccess(ended -> LOG.atInfo()
                        .addKeyValue("action", "changePassword")
                        .addKeyValue("userId", caller.userId())
                        .addKeyValue("success", ended.isPresent())
                        .log("account"))
                .map(ended -> ended.map(this::changed).orElseGet(() -> Answer.denied(ProblemCode.UNAUTHENTICATED)));
    }

    private Answer<Boolean> changed(List<UUID> ended) {
        sessions.tell(ended);
        return Answer.given(true);
    }
}
