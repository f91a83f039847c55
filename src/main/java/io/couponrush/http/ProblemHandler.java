package io.couponrush.http;

import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.DecodeException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns whatever failed on the router into a {@link Problem}; the only place that does. What is not known to mean that a
 * dependency is away is our fault: 500, and the one place where it is logged.
 */
final class ProblemHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int SERVER_ERRORS = 500;

    private final RouteTable table;
    private final Predicate<Throwable> away;
    private long lastWarning = System.nanoTime() - QUIET_NANOS;

    /**
     * Makes the handler of one event loop.
     *
     * @param away tells the failures of clients that this package may not know
     */
    ProblemHandler(RouteTable table, Predicate<Throwable> away) {
        this.table = table;
        this.away = away;
    }

    void mount(Router router) {
        router.route().failureHandler(ctx -> answer(ctx, ctx.statusCode()));
        for (int unmatched : new int[] {400, 404, 405, 406, 415, 500}) {
            router.errorHandler(unmatched, ctx -> answer(ctx, unmatched));
        }
    }

    private void answer(RoutingContext ctx, int status) {
        String requestId = Replies.requestId(ctx);
        if (requestId.isEmpty()) {
            requestId = Exchange.begin(ctx.request());
        }
        Throwable failure = ctx.failure();
        Problem problem = problem(status, failure);
        if (problem.code() == ProblemCode.METHOD_NOT_ALLOWED) {
            problem = problem.withHeader("Allow", table.allowed(ctx.request().path()));
        }
        if (problem.code() == ProblemCode.INTERNAL_ERROR) {
            logFault(ctx, failure, requestId);
        } else if (problem.code() == ProblemCode.UNAVAILABLE) {
            logAway(failure, requestId);
        }
        if (ctx.request().isEnded()) {
            problem.send(ctx.response(), requestId);
        } else {
            Hangup.with(problem, ctx.request(), requestId);
        }
    }

    Problem problem(int status, @Nullable Throwable failure) {
        if (failure instanceof HttpException http) {
            return ofStatus(http.getStatusCode());
        }
        if (failure instanceof DecodeException) {
            return Problem.invalid("body", "must be valid JSON");
        }
        if (failure != null && isAway(failure)) {
            return Problem.of(ProblemCode.UNAVAILABLE).retryAfter(1);
        }
        return ofStatus(status);
    }

    private boolean isAway(Throwable failure) {
        return failure instanceof TimeoutException
                || failure instanceof IOException
                || failure instanceof HttpClosedException
                || failure instanceof ReplyException
                || away.test(failure);
    }

    private static Problem ofStatus(int status) {
        return switch (status) {
            case 401 -> Problem.of(ProblemCode.UNAUTHENTICATED);
            case 403 -> Problem.of(ProblemCode.FORBIDDEN);
            case 404 -> Problem.of(ProblemCode.NOT_FOUND);
            case 405 -> Problem.of(ProblemCode.METHOD_NOT_ALLOWED);
            case 408 -> Problem.of(ProblemCode.REQUEST_TIMEOUT);
            case 413 -> Problem.of(ProblemCode.PAYLOAD_TOO_LARGE);
            case 414 -> Problem.of(ProblemCode.URI_TOO_LONG);
            case 415 -> Problem.of(ProblemCode.UNSUPPORTED_MEDIA_TYPE);
            case 503 -> Problem.of(ProblemCode.UNAVAILABLE).retryAfter(1);
                // below 400: how the body handler says that the body broke off
            default -> status > 0 && status < SERVER_ERRORS
                    ? Problem.invalid("request", "is malformed")
                    : Problem.of(ProblemCode.INTERNAL_ERROR);
        };
    }

    private void logFault(RoutingContext ctx, @Nullable Throwable failure, String requestId) {
        LOG.atError()
                .addKeyValue("traceId", requestId)
                .addKeyValue("method", ctx.request().method().name())
                .addKeyValue(
                        "route",
                        table.template(ctx.request().method(), ctx.request().path()))
                .setCause(failure)
                .log("request failed");
    }

    /** One line a second: while a dependency is away every request says the same. */
    private void logAway(@Nullable Throwable failure, String requestId) {
        long now = System.nanoTime();
        if (now - lastWarning >= QUIET_NANOS) {
            lastWarning = now;
            LOG.atWarn()
                    .addKeyValue("traceId", requestId)
                    .addKeyValue("cause", String.valueOf(failure))
                    .log("dependency away, requests are answered 503");
        }
    }
}
