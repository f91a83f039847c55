package io.couponrush.account;

import io.couponrush.http.Caller;
import io.couponrush.http.Role;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Who a token belongs to: one that was just seen, and one of so many that none is remembered when it comes again. */
@State(Scope.Thread)
public class AccessTokensSpeed {
    private static final int MANY = 200_000;
    private static final Duration TTL = Duration.ofHours(1);

    private final Vertx vertx = Vertx.vertx();
    private final AccessTokens tokens = new AccessTokens(vertx, new byte[32], InstantSource.system(), session -> false);
    private final String[] all = new String[MANY];
    private int next;

    /** Signs the tokens. */
    public AccessTokensSpeed() {
        var ann = new User(7, "ann@example.org", "Ann", Role.USER, 0);
        for (int i = 0; i < MANY; i++) all[i] = tokens.sign(ann, UUID.randomUUID(), TTL);
    }

    /** Ends what the constructor began. */
    @TearDown
    public void close() {
        vertx.close().await();
    }

    /** From the table of those verified before. */
    @Benchmark
    public @Nullable Caller tokenSeenBefore() {
        return tokens.of(all[0]);
    }

    /** Signature, base64, JSON, claims. */
    @Benchmark
    public @Nullable Caller tokenVerified() {
        next = next + 1 == MANY ? 0 : next + 1;
        return tokens.of(all[next]);
    }
}
