package io.couponrush.account;

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
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What people do with their accounts. */
final class Accounts {
    private static final Logger LOG = LoggerFactory.getLogger(Accounts.class);
    private static final int NAME_MAX = 100;

    private final UserStore users;
    private final Passwords passwords;
    private final LoginGuard guard;
    private final Sessions sessions;

    Accounts(UserStore users, Passwords passwords, LoginGuard guard, Sessions sessions) {
        this.users = users;
        this.passwords = passwords;
        this.guard = guard;
        this.sessions = sessions;
    }

    Future<Answer<User>> register(String email, String password, String name) {
        String address = Email.normalised(email);
        List<FieldError> errors = errors(address, password, name.strip());
        if (!errors.isEmpty()) {
            return denied(Problem.invalid(errors));
        }
        return passwords
                .hash(password)
                .compose(hashed -> then(hashed, hash -> insert(address, name.strip(), hash)))
                .onSuccess(answer -> log("register", answer));
    }

    /** The same answer, after the same time, whether the address is unknown or the password wrong. */
    Future<Answer<Tokens>> login(String email, String password, Deed deed) {
        String address = Email.normalised(email);
        return guard.locked(address)
                .compose(lock -> lock.isPresent() ? denied(lock.get()) : verify(address, password))
                .onSuccess(verified -> log("login", verified))
                .compose(verified ->
                        then(verified, user -> sessions.open(user, deed).map(Answer::given)));
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
        Optional<FieldError> error = nameError(name.strip());
        if (error.isPresent()) {
            return denied(Problem.invalid(List.of(error.get())));
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

    private Future<Answer<User>> verify(String address, String password) {
        return users.login(address).compose(login -> {
            String hash = login.map(UserStore.Login::passwordHash).orElse(null);
            return passwords
                    .verify(password, hash)
                    .compose(answer -> then(answer, right -> right ? right(login, password) : wrong(address)));
        });
    }

    private Future<Answer<User>> wrong(String address) {
        return guard.failed(address).map(problem -> Answer.denied(problem));
    }

    private Future<Answer<User>> right(Optional<UserStore.Login> login, String password) {
        UserStore.Login known = login.orElseThrow();
        String address = known.user().email();
        return guard.locked(address)
                .compose(lock -> lock.isPresent()
                        ? denied(lock.get())
                        : guard.succeeded(address)
                                .compose(v -> renewHash(known, password))
                                .map(Answer.given(known.user())));
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
                        ? users.rehash(login.user().userId(), old, fresh.value())
                        : Future.succeededFuture())
                .onFailure(e -> LOG.warn("could not renew a password hash", e))
                .otherwiseEmpty();
    }

    private Future<User> make(String address, String password, String name, Role role) {
        return passwords
                .hash(password)
                .compose(answer -> {
                    if (answer instanceof Answer.Given<String> hash) {
                        return users.insert(address, name, hash.value(), role);
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
        nameError(name).ifPresent(errors::add);
        return errors;
    }

    private static Optional<FieldError> nameError(String name) {
        boolean good = !name.isEmpty()
                && name.codePointCount(0, name.length()) <= NAME_MAX
                && name.codePoints().noneMatch(Character::isISOControl);
        return good
                ? Optional.empty()
                : Optional.of(new FieldError("name", "must have 1 to " + NAME_MAX + " printable characters"));
    }

    private static Answer<User> found(Optional<User> user) {
        return user.map(Answer::given).orElse(Answer.denied(ProblemCode.UNAUTHENTICATED));
    }

    private static <T> Future<Answer<T>> denied(Problem problem) {
        return Future.succeededFuture(Answer.denied(problem));
    }

    private static <T, U> Future<Answer<U>> then(Answer<T> answer, Function<T, Future<Answer<U>>> next) {
        if (answer instanceof Answer.Given<T> given) {
            return next.apply(given.value());
        }
        return denied(((Answer.Denied<T>) answer).problem());
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
