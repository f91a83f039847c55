package io.couponrush.http;

import io.vertx.core.Future;
import java.util.function.Function;

/** What a feature says to a request that arrived well-formed: the thing asked for, or a problem. A refusal is a value. */
public sealed interface Answer<T> {
    record Given<T>(T value) implements Answer<T> {}

    record Denied<T>(Problem problem) implements Answer<T> {}

    static <T> Answer<T> given(T value) {
        return new Given<>(value);
    }

    static <T> Answer<T> denied(Problem problem) {
        return new Denied<>(problem);
    }

    static <T> Answer<T> denied(ProblemCode code) {
        return new Denied<>(Problem.of(code));
    }

    /** Goes on with what was given; a problem stays. */
    static <T, U> Future<Answer<U>> then(Answer<T> answer, Function<T, Future<Answer<U>>> next) {
        if (answer instanceof Given<T> given) {
            return next.apply(given.value());
        }
        return Future.succeededFuture(denied(((Denied<T>) answer).problem()));
    }

    default <U> Answer<U> map(Function<T, U> to) {
        if (this instanceof Given<T> given) {
            return given(to.apply(given.value()));
        }
        return denied(((Denied<T>) this).problem());
    }
}
