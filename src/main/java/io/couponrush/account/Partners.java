package io.couponrush.account;

import io.couponrush.audit.AuditTrail;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** Making and revoking partners, and the tokens that they get for their secrets. */
final class Partners {
    private static final int CLIENT_BYTES = 8;
    private static final int SECRET_BYTES = 32;
    /** Compared with where there is no partner, so that there is always one comparison. */
    private static final byte[] NOBODY = new byte[32];

    private final PartnerStore store;
    private final Sessions sessions;
    private final AccessTokens accessTokens;
    private final Duration ttl;
    private final Consumer<ProblemCode> failedLogins;

    /** A new partner with its secret, which is never seen again. */
    record Made(Partner partner, String secret) {
        @Override
        public String toString() {
            return "partner " + partner.partnerId();
        }
    }

    /** What a partner acts with until it asks for another. */
    record AccessToken(String text, Duration expiresIn) {
        @Override
        public String toString() {
            return "****";
        }
    }

    Partners(
            PartnerStore store,
            Sessions sessions,
            AccessTokens accessTokens,
            Duration ttl,
            Consumer<ProblemCode> failedLogins) {
        this.store = store;
        this.sessions = sessions;
        this.accessTokens = accessTokens;
        this.ttl = ttl;
        this.failedLogins = failedLogins;
    }

    Future<Answer<Made>> make(String name, Deed deed) {
        Problem wrong = PersonName.problem(name);
        if (wrong != null) {
            return Future.succeededFuture(Answer.denied(wrong));
        }
        String clientId = "partner-" + HexFormat.of().formatHex(Unguessable.bytes(CLIENT_BYTES));
        String secret = Unguessable.text(SECRET_BYTES);
        return store.insert(clientId, name.strip(), Unguessable.hash(secret), deed)
                .map(partner -> Answer.given(new Made(partner, secret)));
    }

    Future<List<Partner>> page(long beforeId, int limit) {
        return store.page(beforeId, limit);
    }

    /** Its tokens end on this node at once, elsewhere within a second. */
    Future<Answer<Partner>> revoke(long partnerId, Deed deed) {
        return store.revoke(partnerId, deed).map(revoked -> {
            revoked.ifPresent(done -> sessions.tell(done.ended()));
            return revoked.map(done -> Answer.given(done.partner()))
                    .orElse(Answer.denied(ProblemCode.PARTNER_NOT_FOUND));
        });
    }

    /** The same answer whether there is no such partner, it was revoked, or the secret is wrong. Either way it is written down. */
    Future<Answer<AccessToken>> token(String clientId, String secret, Deed deed, AuditTrail trail) {
        return store.login(clientId).compose(login -> {
            byte[] expected = login.map(known -> known.secretHash().getBytes()).orElse(NOBODY);
            boolean right = MessageDigest.isEqual(Unguessable.hash(secret), expected);
            if (!right || login.isEmpty()) {
                failedLogins.accept(ProblemCode.INVALID_CREDENTIALS);
                trail.refused(deed, null, ProblemCode.INVALID_CREDENTIALS);
                return Future.succeededFuture(Answer.denied(Problem.of(
                        ProblemCode.INVALID_CREDENTIALS, "The client id or its secret is wrong, or it was revoked")));
            }
            User partner = login.get().user();
            String token = accessTokens.sign(partner, login.get().sessionId(), ttl);
            return trail.done(deed.by(partner.userId(), partner.role()), "partner:" + partner.userId(), null)
                    .map(Answer.given(new AccessToken(token, ttl)));
        });
    }
}
