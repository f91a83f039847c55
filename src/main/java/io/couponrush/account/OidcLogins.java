package io.couponrush.account;

import io.couponrush.account.IdentityStore.Identity;
import io.couponrush.account.OidcClient.Person;
import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signing in elsewhere. Issuer and subject say whose account it is. An account that is there already is linked only by
 * its owner, signed in: an e-mail, however well somebody else has verified it, opens nothing here.
 */
final class OidcLogins {
    private static final Logger LOG = LoggerFactory.getLogger(OidcLogins.class);
    private static final int AGAIN_SECONDS = 5;
    private static final Duration TTL = Duration.ofMinutes(10);

    private final OidcClient client;
    private final IdentityStore identities;
    private final Accounts accounts;
    private final Sessions sessions;
    private final Seal seal;
    private final InstantSource clock;
    private final Consumer<ProblemCode> failedLogins;

    /** Where to send the browser, and what to bring back with what it returns with. */
    record Started(URI authorizationUrl, String flow) {}

    /** What the browser came back with, and the flow it left with. */
    record Return(String flow, String state, String code) {
        @Override
        public String toString() {
            return "****";
        }
    }

    OidcLogins(
            OidcClient client,
            IdentityStore identities,
            Accounts accounts,
            Sessions sessions,
            Seal seal,
            InstantSource clock,
            Consumer<ProblemCode> failedLogins) {
        this.client = client;
        this.identities = identities;
        this.accounts = accounts;
        this.sessions = sessions;
        this.seal = seal;
        this.clock = clock;
        this.failedLogins = failedLogins;
    }

    /**
     * Begins one.
     *
     * @param linkTo the user who wants to sign in there from now on; null for a login
     */
    Future<Answer<Started>> start(@Nullable Long linkTo) {
        var flow = OidcFlow.begin(clock.instant().plus(TTL), linkTo);
        return unlessAway(client.authorization(flow).map(url -> Answer.given(new Started(url, flow.closed(seal)))));
    }

    /** A session for who came back. */
    Future<Answer<Tokens>> login(Return returned, @Nullable String otp, Deed deed) {
        return person(returned, null)
                .compose(answer -> Answer.then(answer, this::user))
                .compose(answer -> Answer.then(answer, user -> accounts.verifySecondFactor(user, otp)))
                .compose(answer -> Answer.then(answer, user -> sessions.open(user, deed)));
    }

    /** From now on the user may sign in as who came back. */
    Future<Answer<Identity>> link(User user, Return returned, Deed deed) {
        return person(returned, user.userId())
                .compose(answer -> Answer.then(answer, person -> {
                    var entry = AuditEntry.done(deed, "user:" + user.userId(), null);
                    return identities
                            .link(person.identity(), user.userId(), entry)
                            .map(done -> done
                                    ? Answer.given(person.identity())
                                    : Answer.denied(ProblemCode.IDENTITY_ALREADY_LINKED));
                }));
    }

    private Future<Answer<Person>> person(Return returned, @Nullable Long linkTo) {
        Optional<OidcFlow> flow = OidcFlow.open(returned.flow(), seal)
                .filter(open -> clock.instant().isBefore(open.expiresAt()))
                .filter(open -> isEqual(open.state(), returned.state()))
                .filter(open -> linkTo == null ? open.linkTo() == null : linkTo.equals(open.linkTo()));
        if (flow.isEmpty()) {
            return failed();
        }
        return identities
                .spend(flow.get().id(), flow.get().expiresAt())
                .compose(first -> first
                        ? unlessAway(client.redeem(flow.get(), returned.code()).compose(this::found))
                        : failed());
    }

    private Future<Answer<Person>> found(Optional<Person> person) {
        return person.isPresent() ? Future.succeededFuture(Answer.given(person.get())) : failed();
    }

    private Future<Answer<Person>> failed() {
        failedLogins.accept(ProblemCode.OIDC_LOGIN_FAILED);
        return denied(ProblemCode.OIDC_LOGIN_FAILED);
    }

    private static <T> Future<Answer<T>> unlessAway(Future<Answer<T>> asked) {
        return asked.recover(e -> {
            LOG.warn("the other issuer is away, or does not say what it should: {}", e.toString());
            return Future.succeededFuture(
                    Answer.denied(Problem.of(ProblemCode.UNAVAILABLE).retryAfter(AGAIN_SECONDS)));
        });
    }

    private Future<Answer<User>> user(Person person) {
        return identities.find(person.identity()).compose(known -> {
            if (known.isPresent()) {
                return Future.succeededFuture(Answer.given(known.get()));
            }
            String email = person.email();
            return email == null || !Email.valid(email) ? denied(ProblemCode.EMAIL_NOT_VERIFIED) : make(person, email);
        });
    }

    /** Whoever else is quicker with the same identity has made the account. */
    private Future<Answer<User>> make(Person person, String email) {
        String name = PersonName.error(person.name()) == null ? person.name().strip() : email.split("@", 2)[0];
        return identities
                .insert(person.identity(), email, name)
                .compose(made -> made.isPresent() ? Future.succeededFuture(made) : identities.find(person.identity()))
                .map(user -> user.map(Answer::given)
                        .orElse(Answer.denied(Problem.of(
                                ProblemCode.EMAIL_ALREADY_EXISTS,
                                "An account has this e-mail: sign in to it, then link the other login to it"))));
    }

    private static boolean isEqual(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static <T> Future<Answer<T>> denied(ProblemCode why) {
        return Future.succeededFuture(Answer.denied(why));
    }
}
