package io.couponrush.account;

import io.couponrush.http.Answer;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Optional;

/** What this package holds about a user, without what only the service may know. */
final class Portrait {
    /** A client that signs in all the time has more; the older ones tell nothing else. */
    private static final int SESSIONS_MAX = 1_000;

    private final UserStore users;
    private final SessionStore sessions;
    private final SecondFactors factors;
    private final IdentityStore identities;

    Portrait(UserStore users, SessionStore sessions, SecondFactors factors, IdentityStore identities) {
        this.users = users;
        this.sessions = sessions;
        this.factors = factors;
        this.identities = identities;
    }

    /** UNAUTHENTICATED once the user has been forgotten. */
    Future<Answer<JsonObject>> of(long userId) {
        return users.profile(userId).compose(profile -> profile.map(known -> with(userId, known))
                .orElse(Future.succeededFuture(Answer.denied(ProblemCode.UNAUTHENTICATED))));
    }

    private Future<Answer<JsonObject>> with(long userId, JsonObject profile) {
        var factor = factors.of(userId);
        var linked = identities.of(userId);
        var begun = sessions.of(userId, SESSIONS_MAX);
        return Future.all(factor, linked, begun)
                .map(read -> Answer.given(new JsonObject()
                        .put("profile", profile)
                        .put("secondFactor", json(factor.result()))
                        .put("identities", new JsonArray(linked.result()))
                        .put("sessions", new JsonArray(begun.result()))));
    }

    static JsonObject json(Optional<SecondFactorStore.Factor> factor) {
        return new JsonObject()
                .put("enabled", factor.isPresent())
                .put("recoveryCodesLeft", factor.map(f -> f.recoveryCodes()).orElse(0L));
    }
}
