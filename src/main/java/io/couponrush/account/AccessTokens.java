package io.couponrush.account;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.couponrush.http.Caller;
import io.couponrush.http.Callers;
import io.couponrush.http.StrictJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.auth.JWTOptions;
import io.vertx.ext.auth.PubSecKeyOptions;
import io.vertx.ext.auth.User;
import io.vertx.ext.auth.authentication.TokenCredentials;
import io.vertx.ext.auth.jwt.JWTAuth;
import io.vertx.ext.auth.jwt.JWTAuthOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Makes access tokens and tells whom they belong to: JWT, HS256, one secret. Stricter than the library, which takes any
 * {@code typ}, no {@code exp}, and headers that point elsewhere for keys.
 */
final class AccessTokens implements Callers {
    private static final String ALGORITHM = "HS256";
    private static final Map<String, Object> HEADER = Map.of("alg", ALGORITHM, "typ", "JWT");
    /** The header as the library spells it: most tokens need no look inside. */
    private static final String OWN_HEADER = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9";

    private static final int SECRET_MIN_BYTES = 32;
    private static final int LENGTH_MAX = 4096;
    private static final long LEEWAY_SECONDS = 30;
    private static final int REMEMBERED_MAX = 150_000;

    private final ThreadLocal<JWTAuth> jwt;
    private final InstantSource clock;
    private final Predicate<UUID> ended;
    /** What a token says does not change; whether it holds does, and is asked each time. */
    private final Cache<String, AccessClaims> verified = Caffeine.newBuilder()
            .maximumSize(REMEMBERED_MAX)
            .executor(Runnable::run) // upkeep costs less than handing it to another thread
            .build();

    /**
     * Makes tokens with that secret.
     *
     * @param ended whether a session is over, so that its tokens hold no more; asked for each request
     */
    AccessTokens(Vertx vertx, byte[] secret, InstantSource clock, Predicate<UUID> ended) {
        if (secret.length < SECRET_MIN_BYTES) {
            throw new IllegalArgumentException("jwt.secret must have at least " + SECRET_MIN_BYTES + " bytes");
        }
        JWTAuthOptions options = options(Buffer.buffer(secret));
        // The library locks its key for each signature: a verifier of its own keeps each event loop from waiting.
        this.jwt = ThreadLocal.withInitial(() -> JWTAuth.create(vertx, options));
        this.clock = clock;
        this.ended = ended;
    }

    String sign(io.couponrush.account.User user, UUID sessionId, Duration ttl) {
        return sign(new Caller(user.userId(), user.email(), user.role(), sessionId), ttl);
    }

    /** The same for a user whose role asks for a second factor that was not shown. */
    String signWithoutSecondFactor(io.couponrush.account.User user, UUID sessionId, Duration ttl) {
        return sign(new Caller(user.userId(), user.email(), user.role(), sessionId, true), ttl);
    }

    private String sign(Caller caller, Duration ttl) {
        long now = now();
        var claims = new AccessClaims(caller, UUID.randomUUID().toString(), now, now, now + ttl.toSeconds());
        return jwt.get()
                .generateToken(
                        claims.toJson(),
                        new JWTOptions().setAlgorithm(ALGORITHM).setNoTimestamp(true));
    }

    @Override
    public @Nullable Caller of(String token) {
        if (token.length() > LENGTH_MAX) {
            return null;
        }
        AccessClaims claims = verified.getIfPresent(token);
        if (claims == null) {
            claims = verify(token);
            if (claims == null) {
                return null;
            }
            verified.put(token, claims);
        }
        return holdsNow(claims) ? claims.caller() : null;
    }

    private boolean holdsNow(AccessClaims claims) {
        long now = now();
        return now < claims.expiresAt()
                && claims.issuedAt() <= now + LEEWAY_SECONDS
                && claims.notBefore() <= now + LEEWAY_SECONDS
                && !ended.test(claims.caller().sessionId());
    }

    /** All that does not change with time. The library throws on odd claims, and base64 on odd characters. */
    private @Nullable AccessClaims verify(String token) {
        try {
            String[] parts = token.split("\\.", -1);
            if (parts.length != 3 || !isOurHeader(parts[0]) || !isCanonical(parts[2])) {
                return null;
            }
            Future<User> user = jwt.get().authenticate(new TokenCredentials(token));
            return user.succeeded() ? claims(user.result()) : null;
        } catch (RuntimeException | StrictJson.Malformed notOurs) {
            return null;
        }
    }

    private static AccessClaims claims(User user) {
        JsonObject payload = user.attributes().getJsonObject("accessToken");
        return AccessClaims.of(payload);
    }

    /** Nothing but {@code alg} and {@code typ}: no {@code crit}, no {@code kid}, no key to be fetched. */
    private static boolean isOurHeader(String part) throws StrictJson.Malformed {
        if (part.equals(OWN_HEADER)) {
            return true;
        }
        byte[] json = Base64.getUrlDecoder().decode(part);
        return StrictJson.object(Buffer.buffer(json)).getMap().equals(HEADER);
    }

    /** Base64 has spare bits at the end: without this four signatures would be as good as one. */
    private static boolean isCanonical(String part) {
        byte[] bytes = Base64.getUrlDecoder().decode(part);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(part);
    }

    /** Time is checked here, by the clock passed in. */
    private static JWTAuthOptions options(Buffer secret) {
        return new JWTAuthOptions()
                .addPubSecKey(new PubSecKeyOptions().setAlgorithm(ALGORITHM).setBuffer(secret))
                .setJWTOptions(new JWTOptions().setIgnoreExpiration(true));
    }

    private long now() {
        return Math.floorDiv(clock.millis(), 1_000L);
    }
}
