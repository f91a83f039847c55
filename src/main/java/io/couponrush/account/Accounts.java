package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.Problem.FieldError;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Role;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people do with their accounts. */
final class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);

    private final UserStore users;
    private final Passwords passwords;
    private final PasswordStore hashes;
    private final LoginGuard guard;
    private final SecondFactors factors;
    private final Sessions sessions;

    /** What somebody shows to be a user: the password, and a code if they have one. */
    record Proof(String password, @Nullable String otp) {
        @Override
        public String toString() {
            return "****";
        }
    }

    Accounts(
            UserStore users,
            Passwords passwords,
            PasswordStore hashes,
            LoginGuard guard,
            SecondFactors factors,
            Sessions sessions) {
        this.users = users;
        this.passwords = passwords;
        this.hashes = hashes;
        this.guard = guard;
        this.factors = factors;
        this.sessions = sessions;
    }

    Future<Answer<User>> register(String email, String password, String name) {
        String address = Email.normalised(email);
        List<FieldError> errors = errors(address, password, name);
        if (!errors.isEmpty()) {
            return denied(Problem.invalid(errors));
        }
        return passwords
                .hash(password)
                .compose(hashed -> Answer.then(hashed, hash -> insert(address, name.strip(), hash)))
                .onSuccess(answer -> log("register", answer));
    }

    /** Starts a session for who {@link #verify verifies} as a user. Who fails to pass for staff leaves a trace. */
    Future<Answer<Tokens>> login(String email, Proof proof, Deed deed, AuditTrail trail) {
        return verify(email, proof)
                .onSuccess(verified -> log("login", verified))
                .onSuccess(verified -> {
                    if (verified instanceof Answer.Denied<User> denied) {
                        refused(Email.normalised(email), denied.problem().code(), deed, trail);
                    }
                })
                .compose(verified -> Answer.then(verified, user -> sessions.open(user, deed)));
    }

    /**
     * Whether that is the user of that e-mail; every failure counts towards the lock. The same answer, after the same
     * time, whether the address is unknown or the password wrong; the second factor is asked for only after both.
     */
    Future<Answer<User>> verify(String email, Proof proof) {
        String address = Email.normalised(email);
        return guard.unlessLocked(address, () -> check(address, proof));
    }

    /** The second half of {@link #verify}, for who has shown in another way who they are. */
    Future<Answer<User>> verifySecondFactor(User user, @Nullable String otp) {
        return factors.of(user.userId())
                .compose(factor -> factor.isEmpty()
                        ? Future.succeededFuture(Answer.given(user))
                        : guard.unlessLocked(user.email(), () -> factors.check(user, otp))
                                .compose(answer -> Answer.then(answer, this::unlessLocked)));
    }

    Future<Answer<Tokens>> refresh(String refreshToken) {
        return sessions.refresh(refreshToken);
    }

    Future<Answer<Boolean>> logout(String refreshToken) {
        return sessions.end(refreshToken).map(Answer::given);
    }

    /** The user of a token; none when the user is gone since. */
    Future<Answer<User>> find(long userId) {
        return users.find(userId).map(Accounts::found);
    }

    Future<Answer<User>> rename(long userId, String name) {
        Problem wrong = PersonName.problem(name);
        if (wrong != null) {
            return denied(wrong);
        }
        return users.rename(userId, name.strip()).map(Accounts::found);
    }

    /** The user of that e-mail, made if missing. One that exists keeps password, name and role. */
    Future<User> ensure(String email, String password, String name, Role role) {
        String address = Email.normalised(email);
        return users.login(address)
                .compose(known -> known.isPresent()
                        ? Future.succeededFuture(known.get().user())
                        : make(address, password, name, role));
    }

    private Future<Answer<User>> insert(String address, String name, String hash) {
        return users.insert(address, name, hash, Role.USER)
                .map(user -> user.map(Answer::given).orElse(Answer.denied(ProblemCode.EMAIL_ALREADY_EXISTS)));
    }

    /** The deed stays nobody's: who tried is not known. The answer does not wait for it. */
    private void refused(String address, ProblemCode why, Deed deed, AuditTrail trail) {
        users.login(address)
                .onSuccess(known -> known.map(UserStore.Login::user)
                        .filter(user -> user.role() != Role.USER)
                        .ifPresent(user -> trail.refused(deed, "user:" + user.userId(), why)))
                .onFailure(e -> LOG.warn("a refused login may be missing in the audit log", e));
    }

    private Future<Answer<User>> check(String address, Proof proof) {
        return users.login(address).compose(login -> {
            String hash = login.map(UserStore.Login::passwordHash).orElse(null);
            return passwords
                    .verify(proof.password(), hash)
                    .compose(answer -> Answer.then(
                            answer,
                            right -> right
                                    ? passed(login.orElseThrow(), proof)
                                    : guard.failed(address, ProblemCode.INVALID_CREDENTIALS)));
        });
    }

    private Future<Answer<User>> passed(UserStore.Login login, Proof proof) {
        return factors.check(login.user(), proof.otp())
                .compose(answer -> Answer.then(answer, this::unlessLocked))
                .compose(answer -> Answer.then(
                        answer, user -> renewHash(login, proof.password()).map(Answer.given(user))));
    }

    /** Many guesses at once may have locked the address meanwhile. */
    private Future<Answer<User>> unlessLocked(User user) {
        return guard.unlessLocked(
                user.email(), () -> guard.succeeded(user.email()).map(Answer.given(user)));
    }

    /** A hash of older parameters is replaced while the password is at hand; when that fails the old one does. */
    private Future<Void> renewHash(UserStore.Login login, String password) {
        String old = login.passwordHash();
        if (old == null || !Passwords.outdated(old)) {
            return Future.succeededFuture();
        }
        return passwords
                .hash(password)
                .compose(answer -> answer instanceof Answer.Given<String> fresh
                        ? hashes.rehash(login.user().userId(), old, fresh.value())
                        : Future.succeededFuture())
                .onFailure(e -> LOG.warn("could not renew a password hash", e))
                .otherwiseEmpty();
    }

    private Future<User> make(String address, String password, String name, Role role) {
        return passwords
                .hash(password)
                .compose(answer -> {
                    if (answer instanceof Answer.Given<String> hash) {
                        return users.appoint(address, name, hash.value(), role, Deed.ofTheService("user.make"));
                    }
                    return Future.failedFuture("too many passwords are being hashed");
                })
                .compose(made -> made.isPresent()
                        ? Future.succeededFuture(made.get())
                        : users.login(address).map(other -> other.orElseThrow().user()));
    }

    private static List<FieldError> errors(String address, String password, String name) {
        var errors = new ArrayList<FieldError>();
        if (!Email.valid(address)) {
            errors.add(new FieldError("email", "must be an e-mail address"));
        }
        String refusal = PasswordRules.refusal(password, address);
        if (refusal != null) {
            errors.add(new FieldError("password", refusal));
        }
        FieldError wrongName = PersonName.error(name);
        if (wrongName != null) {
            errors.add(wrongName);
        }
        return errors;
    }

    private static Answer<User> found(Optional<User> user) {
        return user.map(Answer::given).orElse(Answer.denied(ProblemCode.UNAUTHENTICATED));
    }

    private static <T> Future<Answer<T>> denied(Problem problem) {
        return Future.succeededFuture(Answer.denied(problem));
    }

    private static void log(String action, Answer<User> answer) {
        var entry = LOG.atInfo().addKeyValue("action", action);
        if (answer instanceof Answer.Given<User> given) {
            entry = entry.addKeyValue("userId", given.value().userId()).addKeyValue("success", true);
        } else if (answer instanceof Answer.Denied<User> denied) {
            entry = entry.addKeyValue("success", false)
                    .addKeyValue("why", denied.problem().code());
        }
        entry.log("account");
    }
}
