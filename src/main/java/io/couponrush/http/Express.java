package io.couponrush.http;

import io.couponrush.tracing.CurrentTrace;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.Router;

/** An {@link ExpressRoute} on one event loop, with its meter. */
final class Express {
    private final ExpressRoute route;
    private final RequestMeter.Route meter;

    Express(ExpressRoute route, Metering metering) {
        this.route = route;
        this.meter = metering.express(route.path());
    }

    boolean takes(HttpServerRequest request) {
        if (!request.method().equals(route.method()) || !route.path().equals(request.path())) {
            return false;
        }
        Metering.time(request, meter);
        Metering.name(CurrentTrace.sampled(), request.method(), route.path());
        route.handle(request);
        return true;
    }

    /** On the router the path has no other method, and no other spelling: it must not pass for {@code /{couponCode}}. */
    static void keepOthersOff(Router router, ExpressRoute route) {
        router.route(route.path()).handler(ctx -> {
            if (ctx.request().method().equals(route.method())) {
                Replies.deny(ctx, Problem.of(ProblemCode.NOT_FOUND));
            } else {
                Problem problem = Problem.of(ProblemCode.METHOD_NOT_ALLOWED);
                Replies.deny(ctx, problem.withHeader("Allow", route.method().name()));
            }
        });
    }
}
