package io.couponrush.http;

import io.vertx.core.Context;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body of a request that does not go through the router. A body that arrives together with its head is not
 * copied, and a timer starts only for one that does not.
 */
public final class BodyReader {
    private final HttpServerRequest request;
    private final int maxBytes;
    private final Duration timeout;
    private final String requestId;
    private final Handler<Buffer> whole;
    private final Context context = Vertx.currentContext();
    private @Nullable Buffer body;
    private boolean inParts;
    private boolean done;
    private long timer = -1;

    private BodyReader(
            HttpServerRequest request, int maxBytes, Duration timeout, String requestId, Handler<Buffer> whole) {
        this.request = request;
        this.maxBytes = maxBytes;
        this.timeout = timeout;
        this.requestId = requestId;
        this.whole = whole;
    }

    /**
     * Calls {@code whole} with the body, empty if there is none, or answers 413 or 408 itself and closes the connection.
     * Call it in the turn in which the request came.
     */
    public static void read(
            HttpServerRequest request, int maxBytes, Duration timeout, String requestId, Handler<Buffer> whole) {
        var reader = new BodyReader(request, maxBytes, timeout, requestId, whole);
        if (request.getHeader(HttpHeaders.EXPECT) != null && !reader.meets()) {
            return;
        }
        request.handler(reader::take).endHandler(reader::end).exceptionHandler(reader::gone);
        reader.context.runOnContext(reader::watch);
    }

    /** Expect: 100-continue, the only expectation there is; its client waits for a word before it sends the body. */
    private boolean meets() {
        if (declared(request) > maxBytes) {
            refuse(ProblemCode.PAYLOAD_TOO_LARGE);
            return false;
        }
        request.response().writeContinue().onFailure(this::gone);
        return true;
    }

    /** How many bytes the head says that the body has; 0 where it does not say. */
    static long declared(HttpServerRequest request) {
        try {
            String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            return length == null ? 0 : Long.parseLong(length);
        } catch (NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }

    private void take(Buffer part) {
        Buffer before = body;
        int length = part.length() + (before == null ? 0 : before.length());
        if (length > maxBytes) {
            refuse(ProblemCode.PAYLOAD_TOO_LARGE);
        } else if (before == null) {
            body = part;
        } else {
            body = (inParts ? before : Buffer.buffer().appendBuffer(before)).appendBuffer(part);
            inParts = true;
        }
    }

    private void end(Void end) {
        finish();
        Buffer read = body;
        whole.handle(read == null ? Buffer.buffer() : read);
    }

    private void gone(Throwable why) {
        finish();
    }

    private void watch(Void nextTurn) {
        if (!done) {
            timer = context.owner().setTimer(timeout.toMillis(), late -> refuse(ProblemCode.REQUEST_TIMEOUT));
        }
    }

    private void refuse(ProblemCode code) {
        finish();
        Hangup.with(Problem.of(code), request, requestId);
    }

    private void finish() {
        done = true;
        if (timer >= 0) {
            boolean unused = context.owner().cancelTimer(timer);
        }
    }
}
