package io.couponrush.account;

import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Locks an address for a quarter of an hour after five failed logins in a row, whether it has a user or not, on all
 * nodes. Ask before a password is checked and again after: of many guesses at once, those that end after the fifth
 * failure count for nothing, even a right one.
 */
final class LoginGuard {
    static final int ALLOWED = 5;
    static final Duration LOCK = Duration.ofMinutes(15);

    private final LoginFailureStore failures;
    private final Consumer<ProblemCode> meter;

    /**
     * Guards all addresses.
     *
     * @param meter is told what each failure was answered
     */
    LoginGuard(LoginFailureStore failures, Consumer<ProblemCode> meter) {
        this.failures = failures;
        this.meter = meter;
    }

    private Future<Optional<Problem>> locked(String email) {
        return failures.lockedFor(email, ALLOWED, LOCK)
                .map(seconds -> seconds > 0 ? Optional.of(locked(seconds)) : Optional.empty());
    }

    /** Counts a failure and tells what to answer to it: what it was, or that the address is locked. */
    <T> Future<Answer<T>> failed(String email, ProblemCode why) {
        return failures.count(email, ALLOWED, LOCK)
                .compose(count -> count <= ALLOWED ? Future.succeededFuture(Optional.empty()) : locked(email))
                .map(lock -> Answer.denied(lock.orElseGet(() -> problem(why))));
    }

    private Problem problem(ProblemCode why) {
        meter.accept(why);
        return Problem.of(why);
    }

    /** Passes it on unless the address is locked by now. */
    <T> Future<Answer<T>> unlessLocked(String email, Supplier<Future<Answer<T>>> next) {
        return locked(email)
                .compose(lock -> lock.isPresent() ? Future.succeededFuture(Answer.denied(lock.get())) : next.get());
    }

    Future<Void> succeeded(String email) {
        return failures.forget(email, ALLOWED, LOCK);
    }

    Future<Void> prune() {
        return failures.prune(LOCK);
    }

    private Problem locked(double seconds) {
        meter.accept(ProblemCode.ACCOUNT_LOCKED);
        return Problem.of(ProblemCode.ACCOUNT_LOCKED).retryAfter((long) Math.ceil(seconds));
    }
}
