package io.couponrush.account;

import io.couponrush.account.Accounts.Proof;
import io.couponrush.http.Answer;
import io.couponrush.http.Caller;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that a caller is the account's owner, and not somebody who has got hold of a token: by what they sign in
 * with or, where there is no password, by having signed in just now.
 */
final class Owner {
    private static final Duration JUST_NOW = Duration.ofMinutes(5);

    private final UserStore users;
    private final SessionStore sessions;
    private final Accounts accounts;

    Owner(UserStore users, SessionStore sessions, Accounts accounts) {
        this.users = users;
        this.sessions = sessions;
        this.accounts = accounts;
    }

    /** The owner; or the problem that {@link Accounts#verify} tells, or REAUTHENTICATION_REQUIRED. */
    Future<Answer<User>> of(Caller caller, @Nullable String password, @Nullable String otp) {
        return users.loginOf(caller.userId()).compose(found -> {
            if (found.isEmpty()) {
                return denied(ProblemCode.UNAUTHENTICATED);
            }
            User user = found.get().user();
            return found.get().passwordHash() == null
                    ? signedInJustNow(caller, user, otp)
                    : verify(user, password, otp);
        });
    }

    private Future<Answer<User>> verify(User user, @Nullable String password, @Nullable String otp) {
        return password == null
                ? Future.succeededFuture(Answer.denied(Problem.invalid("password", "is required")))
                : accounts.verify(user.email(), new Proof(password, otp));
    }

    private Future<Answer<User>> signedInJustNow(Caller caller, User user, @Nullable String otp) {
        return sessions.isYoung(caller.sessionId(), JUST_NOW)
                .compose(young ->
                        young ? accounts.verifySecondFactor(user, otp) : denied(ProblemCode.REAUTHENTICATION_REQUIRED));
    }

    private static Future<Answer<User>> denied(ProblemCode why) {
        return Future.succeededFuture(Answer.denied(why));
    }
}
