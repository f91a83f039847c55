package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.http.HttpClosedException;
import io.vertx.core.json.DecodeException;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.HttpException;
import java.net.ConnectException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ProblemHandlerTest {
    private static final Vertx VERTX = Vertx.vertx();

    @AfterAll
    static void close() {
        VERTX.close();
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(500, new IllegalStateException("x"), ProblemCode.INTERNAL_ERROR),
                Arguments.of(500, new NullPointerException(), ProblemCode.INTERNAL_ERROR),
                Arguments.of(500, null, ProblemCode.INTERNAL_ERROR),
                Arguments.of(-1, null, ProblemCode.INTERNAL_ERROR),
                Arguments.of(501, null, ProblemCode.INTERNAL_ERROR),
                Arguments.of(500, new HttpException(401), ProblemCode.UNAUTHENTICATED),
                Arguments.of(500, new HttpException(403), ProblemCode.FORBIDDEN),
                Arguments.of(404, null, ProblemCode.NOT_FOUND),
                Arguments.of(405, null, ProblemCode.METHOD_NOT_ALLOWED),
                Arguments.of(408, null, ProblemCode.REQUEST_TIMEOUT),
                Arguments.of(413, null, ProblemCode.PAYLOAD_TOO_LARGE),
                Arguments.of(414, null, ProblemCode.URI_TOO_LONG),
                Arguments.of(415, null, ProblemCode.UNSUPPORTED_MEDIA_TYPE),
                Arguments.of(400, new IllegalArgumentException(), ProblemCode.VALIDATION_FAILED),
                Arguments.of(417, null, ProblemCode.VALIDATION_FAILED),
                Arguments.of(200, new NumberFormatException(), ProblemCode.VALIDATION_FAILED),
                Arguments.of(500, new DecodeException("x"), ProblemCode.VALIDATION_FAILED),
                Arguments.of(500, new TimeoutException(), ProblemCode.UNAVAILABLE),
                Arguments.of(500, new ConnectException(), ProblemCode.UNAVAILABLE),
                Arguments.of(500, new ClosedChannelException(), ProblemCode.UNAVAILABLE),
                Arguments.of(500, new HttpClosedException("closed"), ProblemCode.UNAVAILABLE),
                Arguments.of(500, new ReplyException(ReplyFailure.TIMEOUT), ProblemCode.UNAVAILABLE),
                Arguments.of(500, new UnsupportedOperationException("pool queue full"), ProblemCode.UNAVAILABLE));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void knowsWhatEachFailureMeans(int status, @Nullable Throwable failure, ProblemCode code) {
        var handler = new ProblemHandler(
                new RouteTable(Router.router(VERTX)), UnsupportedOperationException.class::isInstance);
        Problem problem = handler.problem(status, failure);
        assertThat(problem.code()).isEqualTo(code);
        assertThat(problem.headers().containsKey("Retry-After")).isEqualTo(code == ProblemCode.UNAVAILABLE);
    }
}
