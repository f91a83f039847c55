package io.couponrush.account;

import io.couponrush.http.Answer;
import io.couponrush.http.Authentication;
import io.couponrush.http.Permission;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Replies;
import io.couponrush.http.Routes;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Everything that is held about the caller, as one JSON object. Long lists are written slice by slice, the next when the
 * client has taken the one before. One that could not be finished ends with its connection.
 */
final class ExportRoutes implements Routes {
    private static final int SLICE = 200;
    private static final Duration TIME_LIMIT = Duration.ofMinutes(1);
    private static final int AGAIN_SECONDS = 5;

    private final Portrait portrait;
    private final List<Holding> holdings;
    private final Authentication authentication;
    private final Semaphore places;

    /**
     * Makes the routes of one event loop.
     *
     * @param places of exports under way on the node, shared by its event loops; never waited for
     */
    ExportRoutes(Portrait portrait, List<Holding> holdings, Authentication authentication, Semaphore places) {
        this.portrait = portrait;
        this.holdings = List.copyOf(holdings);
        this.authentication = authentication;
        this.places = places;
    }

    @Override
    public void mount(Router router) {
        router.get("/api/users/me/export")
                .handler(authentication.required(Permission.TAKE_PART))
                .handler(this::export);
    }

    private void export(RoutingContext ctx) {
        if (!places.tryAcquire()) {
            Replies.deny(ctx, Problem.of(ProblemCode.OVERLOADED).retryAfter(AGAIN_SECONDS));
            return;
        }
        long userId = Authentication.caller(ctx).userId();
        portrait.of(userId)
                .compose(answer -> write(ctx, userId, answer))
                .timeout(TIME_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                .onComplete(done -> places.release())
                .onFailure(e -> Replies.breakOff(ctx, e));
    }

    private Future<Void> write(RoutingContext ctx, long userId, Answer<JsonObject> answer) {
        if (!(answer instanceof Answer.Given<JsonObject> given)) {
            Replies.deny(ctx, ((Answer.Denied<JsonObject>) answer).problem());
            return Future.succeededFuture();
        }
        HttpServerResponse response = ctx.response();
        String head = given.value().encode();
        Future<Void> written = response.setChunked(true)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json")
                .putHeader(HttpHeaders.CONTENT_DISPOSITION, "attachment; filename=\"couponrush.json\"")
                .write(head.substring(0, head.length() - 1));
        for (Holding holding : holdings) {
            written = written.compose(v -> response.write(",\"" + holding.name() + "\":["))
                    .compose(v -> write(response, userId, holding, holding.first()))
                    .compose(v -> response.write("]"));
        }
        return written.compose(v -> response.end("}"));
    }

    private static Future<Void> write(HttpServerResponse response, long userId, Holding holding, long place) {
        return holding.slices().read(userId, place, SLICE).compose(slice -> {
            if (slice.isEmpty()) {
                return Future.succeededFuture();
            }
            String items = new JsonArray(slice).encode();
            String text = items.substring(1, items.length() - 1);
            long next = slice.get(slice.size() - 1).getLong(holding.id());
            return response.write(place == holding.first() ? text : "," + text)
                    .compose(v -> write(response, userId, holding, next));
        });
    }
}
