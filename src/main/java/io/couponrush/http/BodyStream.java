package io.couponrush.http;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;

/**
 * A body that is read as it comes, one part after the other: the client sends no faster than its parts are used. Belongs to
 * one event loop.
 */
public final class BodyStream {
    private final HttpServerRequest request;
    private final long maxBytes;
    private final Sink sink;
    private final Promise<Void> read = Promise.promise();
    private long bytes;
    private boolean using;
    private boolean ended;

    /** Takes a part of the body; the next one comes when the future is complete, and none after it failed. */
    @FunctionalInterface
    public interface Sink {
        Future<Void> take(Buffer part);
    }

    /** Why a body was not read to its end; its status is the answer. */
    public static final class Broken extends Exception {
        private static final long serialVersionUID = 1;

        private final ProblemCode why;

        Broken(ProblemCode why) {
            super(why.name(), null, false, false);
            this.why = why;
        }

        public ProblemCode why() {
            return why;
        }
    }

    private BodyStream(HttpServerRequest request, long maxBytes, Sink sink) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.sink = sink;
    }

    /** First handler of a route that reads its body by itself: nothing of it is lost, and nobody reads what is not wanted. */
    public static void begin(RoutingContext ctx) {
        ctx.request().pause();
        ctx.addHeadersEndHandler(answering -> {
            if (!ctx.request().isEnded() && !Hangup.isOneOfMany(ctx.request())) {
                ctx.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
            }
        });
        ctx.addEndHandler(answered -> {
            boolean unread = Hangup.isOneOfMany(ctx.request()) && !ctx.request().isEnded();
            if (unread || ctx.response().headers().contains(HttpHeaders.CONNECTION)) {
                Hangup.afterAnswer(ctx.request());
            }
        });
        ctx.next();
    }

    /**
     * Reads the body of a request that {@link #begin} has seen, in whatever later turn.
     *
     * @return done when everything was taken; fails with {@link Broken} when the body is too large, too late or breaks off, or
     *     with what the sink failed with
     */
    public static Future<Void> read(HttpServerRequest request, long maxBytes, Duration within, Sink sink) {
        var stream = new BodyStream(request, maxBytes, sink);
        Vertx vertx = Vertx.currentContext().owner();
        long timer = vertx.setTimer(within.toMillis(), late -> stream.breakOff(ProblemCode.REQUEST_TIMEOUT));
        stream.start();
        return stream.read.future().onComplete(done -> {
            boolean unused = vertx.cancelTimer(timer);
        });
    }

    private void start() {
        if (BodyReader.declared(request) > maxBytes) {
            breakOff(ProblemCode.PAYLOAD_TOO_LARGE);
            return;
        }
        if (request.getHeader(HttpHeaders.EXPECT) != null) {
            request.response().writeContinue().onFailure(gone -> breakOff(ProblemCode.VALIDATION_FAILED));
        }
        request.handler(this::take)
                .endHandler(this::end)
                .exceptionHandler(gone -> breakOff(ProblemCode.VALIDATION_FAILED));
        request.resume();
    }

    private void take(Buffer part) {
        bytes += part.length();
        if (bytes > maxBytes) {
            breakOff(ProblemCode.PAYLOAD_TOO_LARGE);
        } else if (!read.future().isComplete()) {
            using = true;
            request.pause();
            sink.take(part)
                    .onComplete(
                            used -> {
                                using = false;
                                if (ended) {
                                    read.tryComplete();
                                } else {
                                    request.resume();
                                }
                            },
                            read::tryFail);
        }
    }

    private void end(Void end) {
        ended = true;
        if (!using) {
            read.tryComplete();
        }
    }

    private void breakOff(ProblemCode why) {
        boolean unused = read.tryFail(new Broken(why));
    }
}
