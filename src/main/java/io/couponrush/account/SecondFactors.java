package io.couponrush.account;

import io.couponrush.account.SecondFactorStore.Factor;
import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The second factor of those who want one: a code by time, or one of the recovery codes, each good once. */
final class SecondFactors {
    private final SecondFactorStore store;
    private final LoginGuard guard;
    private final Seal seal;
    private final InstantSource clock;

    SecondFactors(SecondFactorStore store, LoginGuard guard, Seal seal, InstantSource clock) {
        this.store = store;
        this.guard = guard;
        this.seal = seal;
        this.clock = clock;
    }

    /** A secret that nobody has confirmed yet. */
    record Secret(Buffer bytes) {
        @Override
        public String toString() {
            return "****";
        }
    }

    /** Passes who has no second factor, and who shows it. Whatever else counts towards the lock of the user's address. */
    Future<Answer<User>> check(User user, @Nullable String otp) {
        return store.find(user.userId())
                .map(found -> found.filter(Factor::confirmed))
                .compose(factor ->
                        factor.isEmpty() ? Future.succeededFuture(Answer.given(user)) : check(user, factor.get(), otp));
    }

    private Future<Answer<User>> check(User user, Factor factor, @Nullable String otp) {
        if (otp == null) {
            return guard.failed(user.email(), ProblemCode.OTP_REQUIRED);
        }
        return spend(user, factor, otp)
                .compose(good -> good
                        ? Future.succeededFuture(Answer.given(user))
                        : guard.failed(user.email(), ProblemCode.OTP_INVALID));
    }

    private Future<Boolean> spend(User user, Factor factor, String otp) {
        if (Totp.isCode(otp)) {
            OptionalLong step = Totp.step(secret(user, factor), otp, clock.instant());
            return step.isPresent() ? store.spend(user.userId(), step.getAsLong()) : Future.succeededFuture(false);
        }
        return RecoveryCode.parse(otp)
                .map(code -> store.spend(user.userId(), code))
                .orElse(Future.succeededFuture(false));
    }

    /** Makes a secret, in place of one that was never confirmed. */
    Future<Answer<Secret>> begin(User user) {
        var secret = new Secret(Buffer.buffer(Unguessable.bytes(Totp.SECRET_BYTES)));
        return store.begin(
                        user.userId(), Buffer.buffer(seal.close(secret.bytes().getBytes(), boundTo(user))))
                .map(begun -> begun ? Answer.given(secret) : Answer.denied(ProblemCode.SECOND_FACTOR_CONFLICT));
    }

    /** From a first code on, one is asked for at each login. Answers with the recovery codes, which are not seen again. */
    Future<Answer<List<RecoveryCode>>> confirm(User user, String otp, Deed deed) {
        return guard.unlessLocked(user.email(), () -> confirmUnlocked(user, otp, deed));
    }

    private Future<Answer<List<RecoveryCode>>> confirmUnlocked(User user, String otp, Deed deed) {
        return store.find(user.userId()).compose(found -> found.filter(factor -> !factor.confirmed())
                .map(factor -> confirm(user, factor, otp, deed))
                .orElse(Future.succeededFuture(Answer.denied(ProblemCode.SECOND_FACTOR_CONFLICT))));
    }

    private Future<Answer<List<RecoveryCode>>> confirm(User user, Factor factor, String otp, Deed deed) {
        OptionalLong step = Totp.step(secret(user, factor), otp, clock.instant());
        if (step.isEmpty()) {
            return guard.failed(user.email(), ProblemCode.OTP_INVALID);
        }
        List<RecoveryCode> codes = RecoveryCode.some().toList();
        return store.confirm(user.userId(), factor.secret(), step.getAsLong(), codes, entry(user, deed))
                .map(done -> done ? Answer.given(codes) : Answer.denied(ProblemCode.SECOND_FACTOR_CONFLICT));
    }

    /** The second factor that is asked for, if any. */
    Future<Optional<Factor>> of(long userId) {
        return store.find(userId).map(found -> found.filter(Factor::confirmed));
    }

    /** For who has just shown it. */
    Future<Answer<Boolean>> remove(User user, Deed deed) {
        return store.remove(user.userId(), entry(user, deed))
                .map(done -> done ? Answer.given(true) : Answer.denied(ProblemCode.SECOND_FACTOR_CONFLICT));
    }

    /** A secret that another key sealed is of no use, and nobody gets in without it. */
    private byte[] secret(User user, Factor factor) {
        return seal.open(factor.secret().getBytes(), boundTo(user))
                .orElseThrow(() -> new IllegalStateException("a second factor was sealed with another secret"));
    }

    private static String boundTo(User user) {
        return "user:" + user.userId();
    }

    private static AuditEntry entry(User user, Deed deed) {
        return AuditEntry.done(deed, boundTo(user), null);
    }
}
