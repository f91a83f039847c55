package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Contract;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.QueryParams;
import io.couponrush.http.Replies;
import io.couponrush.http.Role;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** Users as those see them who say what roles they have. */
final class PeopleRoutes implements Routes {
    private final UserStore users;
    private final Sessions sessions;
    private final Authentication authentication;
    private final Contract contract;
    private final AuditTrail trail;

    PeopleRoutes(
            UserStore users, Sessions sessions, Authentication authentication, Contract contract, AuditTrail trail) {
        this.users = users;
        this.sessions = sessions;
        this.authentication = authentication;
        this.contract = contract;
        this.trail = trail;
    }

    @Override
    public void mount(Router router) {
        router.post("/api/admin/users/search")
                .handler(authentication.required(Permission.MANAGE_USERS))
                .handler(contract.body("FindUserRequest"))
                .handler(this::find);
        router.put("/api/admin/users/:userId/role")
                .handler(authentication.required(Permission.MANAGE_USERS))
                .handler(contract.body("ChangeRoleRequest"))
                .handler(this::changeRole);
    }

    /** By POST, because the e-mail in a query would stand in the logs of every proxy. */
    private void find(RoutingContext ctx) {
        String email = Email.normalised(Contract.body(ctx).getString("email"));
        var found = users.login(email).map(login -> login.map(known -> Answer.given(known.user()))
                .orElse(Answer.denied(ProblemCode.USER_NOT_FOUND)));
        Replies.json(ctx, 200, found, User::json);
    }

    private void changeRole(RoutingContext ctx) {
        QueryParams.withPathId(ctx, "userId", ProblemCode.USER_NOT_FOUND, id -> changeRole(ctx, id));
    }

    private void changeRole(RoutingContext ctx, long userId) {
        var role = Role.valueOf(Contract.body(ctx).getString("role"));
        Deed deed = trail.deed(ctx, "user.role");
        boolean own = userId == Authentication.caller(ctx).userId();
        Replies.json(ctx, 200, own ? ownRole(deed) : changeRole(userId, role, deed), User::json);
    }

    /** The last ADMIN could not take it back. */
    private Future<Answer<User>> ownRole(Deed deed) {
        trail.refused(deed, "user:" + deed.actorId(), ProblemCode.FORBIDDEN);
        return Future.succeededFuture(
                Answer.denied(Problem.of(ProblemCode.FORBIDDEN, "Somebody else has to change your role")));
    }

    private Future<Answer<User>> changeRole(long userId, Role role, Deed deed) {
        return users.changeRole(userId, role, deed).map(changed -> {
            changed.ifPresent(change -> sessions.tell(change.ended()));
            return changed.map(change -> Answer.given(change.user())).orElse(Answer.denied(ProblemCode.USER_NOT_FOUND));
        });
    }
}
