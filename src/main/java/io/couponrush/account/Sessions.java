package io.couponrush.account;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Role;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From login to logout. A refresh token is good once; used again, however soon, somebody has a copy of it and the
 * session is over for all who hold its tokens. So of two uses at once one gets tokens, and neither has a session then.
 */
final class Sessions {
    private static final Logger LOG = LoggerFactory.getLogger(Sessions.class);

    private final SessionStore store;
    private final SessionWatch watch;
    private final AccessTokens accessTokens;
    private final Duration accessTtl;
    private final Duration refreshTtl;
    private final Set<Role> withSecondFactor;

    /**
     * Opens and ends them.
     *
     * @param withSecondFactor the roles that have their privileges only in sessions that began with a second factor
     */
    Sessions(
            SessionStore store,
            SessionWatch watch,
            AccessTokens accessTokens,
            Duration accessTtl,
            Duration refreshTtl,
            Set<Role> withSecondFactor) {
        this.store = store;
        this.watch = watch;
        this.accessTokens = accessTokens;
        this.accessTtl = accessTtl;
        this.refreshTtl = refreshTtl;
        this.withSecondFactor = Set.copyOf(withSecondFactor);
    }

    /** Of users with privileges the audit log remembers it. Who is not the same any more has to sign in again. */
    Future<Answer<Tokens>> open(User user, Deed login) {
        var sessionId = UUID.randomUUID();
        var token = RefreshToken.first();
        Future<Boolean> opened = user.role() == Role.USER
                ? store.insert(sessionId, user, token, refreshTtl)
                : store.insert(sessionId, user, token, refreshTtl, entry(user, login));
        return opened.compose(open -> open
                ? tokens(user, sessionId, token)
                : Future.succeededFuture(Answer.denied(ProblemCode.INVALID_CREDENTIALS)));
    }

    private static AuditEntry entry(User user, Deed login) {
        return AuditEntry.done(login.by(user.userId(), user.role()), "user:" + user.userId(), null);
    }

    Future<Answer<Tokens>> refresh(String refreshToken) {
        Optional<RefreshToken> parsed = RefreshToken.parse(refreshToken);
        return parsed.isPresent() ? rotate(parsed.get()) : refused();
    }

    /** Ends the session of the token, spent or not. An unknown one ends nothing, and that is not told. */
    Future<Boolean> end(String refreshToken) {
        return RefreshToken.parse(refreshToken).map(this::revoke).orElse(Future.succeededFuture(false));
    }

    private Future<Answer<Tokens>> rotate(RefreshToken token) {
        RefreshToken next = token.next();
        return store.rotate(token, next, refreshTtl)
                .compose(session -> session.isPresent()
                        ? tokens(session.get().user(), session.get().sessionId(), next)
                        : revoke(token).compose(known -> refused()));
    }

    private Future<Boolean> revoke(RefreshToken token) {
        return store.revoke(token).map(ended -> {
            ended.ifPresent(this::tell);
            return ended.isPresent();
        });
    }

    /** Makes it known that sessions are over. */
    void tell(List<UUID> sessionIds) {
        sessionIds.forEach(this::tell);
    }

    private void tell(UUID sessionId) {
        watch.end(sessionId);
        LOG.atInfo()
                .addKeyValue("action", "endSession")
                .addKeyValue("sessionId", sessionId)
                .addKeyValue("success", true)
                .log("account");
    }

    private Future<Answer<Tokens>> tokens(User user, UUID sessionId, RefreshToken refreshToken) {
        Future<Boolean> whole = withSecondFactor.contains(user.role())
                ? store.hasShownSecondFactor(sessionId)
                : Future.succeededFuture(true);
        return whole.map(shown -> {
            String accessToken = shown
                    ? accessTokens.sign(user, sessionId, accessTtl)
                    : accessTokens.signWithoutSecondFactor(user, sessionId, accessTtl);
            return Answer.given(new Tokens(accessToken, refreshToken, accessTtl));
        });
    }

    private static Future<Answer<Tokens>> refused() {
        return Future.succeededFuture(Answer.denied(ProblemCode.UNAUTHENTICATED));
    }
}
