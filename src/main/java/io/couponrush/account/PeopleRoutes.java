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
        Deed deed = trail.deed(ctx, "user.search");
        var found = users.login(Email.normalised(Contract.body(ctx).getString("email")))
                .compose(login -> login.map(known -> tell(known.user(), deed)).orElseGet(() -> nobody(deed)));
        Replies.json(ctx, 200, found, User::json);
    }

    /** The log names who was found, not what was asked: an e-mail would outlive its user there. */
    private Future<Answer<User>> tell(User user, Deed deed) {
        return trail.done(deed, target(user.userId()), null).map(Answer.given(user));
    }

    private Future<Answer<User>> nobody(Deed deed) {
        trail.refused(deed, null, ProblemCode.USER_NOT_FOUND);
        return Future.succeededFuture(Answer.denied(ProblemCode.USER_NOT_FOUND));
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
        return users.changeRole(userId, role, deed).map(answer -> {
            if (answer instanceof Answer.Given<UserStore.RoleChange> changed) {
                sessions.tell(changed.value().ended());
            } else if (answer instanceof Answer.Denied<UserStore.RoleChange> denied) {
                trail.refused(deed, target(userId), denied.problem().code());
            }
            return answer.map(UserStore.RoleChange::user);
        });
    }

    private static String target(long userId) {
        return "user:" + userId;
    }
}
