package io.couponrush.http;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Bearer tokens at the edge: who calls, and whether that is allowed. */
public final class Authentication {
    private static final String CALLER = Caller.class.getName();
    private static final String SCHEME = "Bearer ";

    private final Callers callers;
    private final Watch watch;

    /**
     * Told of everybody whom the router's routes kept out, but for strangers at those that every user may pass. On the
     * event loop: it must not block or throw.
     */
    @FunctionalInterface
    public interface Watch {
        void keptOut(RoutingContext ctx, @Nullable Caller caller, ProblemCode why);
    }

    public Authentication(Callers callers) {
        this(callers, (ctx, caller, why) -> {});
    }

    public Authentication(Callers callers, Watch watch) {
        this.callers = callers;
        this.watch = watch;
    }

    /** Lets callers pass who may do that; others get 401 or 403. */
    public Handler<RoutingContext> required(Permission permission) {
        return ctx -> {
            Caller caller = callerOf(ctx.request());
            if (caller == null) {
                keepOut(ctx, permission, null, ProblemCode.UNAUTHENTICATED);
            } else if (!caller.may(permission)) {
                keepOut(ctx, permission, caller, caller.refusal(permission));
            } else {
                ctx.put(CALLER, caller).next();
            }
        };
    }

    private void keepOut(RoutingContext ctx, Permission needed, @Nullable Caller caller, ProblemCode why) {
        if (needed.isPrivileged() || caller != null) {
            watch.keptOut(ctx, caller, why);
        }
        Replies.deny(ctx, Problem.of(why));
    }

    /** Knows the caller where a good token is sent; a bad one is 401, none is nobody. */
    public Handler<RoutingContext> optional() {
        return ctx -> {
            if (ctx.request().getHeader(HttpHeaders.AUTHORIZATION) == null) {
                ctx.next();
                return;
            }
            Caller caller = callerOf(ctx.request());
            if (caller == null) {
                Replies.deny(ctx, Problem.of(ProblemCode.UNAUTHENTICATED));
            } else {
                ctx.put(CALLER, caller).next();
            }
        };
    }

    /** The caller of a request's token, or null. */
    public @Nullable Caller callerOf(HttpServerRequest request) {
        String header = request.getHeader(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        return callers.of(header.substring(SCHEME.length()));
    }

    /** The caller behind {@link #required}. */
    public static Caller caller(RoutingContext ctx) {
        return Objects.requireNonNull(ctx.get(CALLER), "route without authentication");
    }

    /** The caller behind {@link #optional}, if any. */
    public static @Nullable Caller callerOrNull(RoutingContext ctx) {
        return ctx.get(CALLER);
    }
}
