package io.couponrush.fault;

import com.google.errorprone.annotations.Immutable;
import io.couponrush.testkit.Answer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * What shows that a mishap did something: a counter of the nodes that grew, or more answers of a kind than there would
 * have been without it.
 */
@Immutable
record Sign(Kind kind, String words, long millis) {
    enum Kind {
        COUNTER,
        UNANSWERED,
        SLOW
    }

    static Sign counter(String name) {
        return new Sign(Kind.COUNTER, name, 0);
    }

    static Sign unanswered() {
        return new Sign(Kind.UNANSWERED, "unanswered", 0);
    }

    static Sign slowerThan(long millis) {
        return new Sign(Kind.SLOW, "slower than " + millis + " ms", millis);
    }

    /**
     * How clearly it shows; 0: not at all.
     *
     * @param before answers of a while without mishaps
     */
    long seen(Counters grown, List<Answer> before, List<Answer> since) {
        return switch (kind) {
            case COUNTER -> grown.get(words);
            case UNANSWERED -> beyondUsual(before, since, a -> a.status() == 0);
            case SLOW -> beyondUsual(
                    before, since, a -> a.ended() - a.started() > TimeUnit.MILLISECONDS.toNanos(millis));
        };
    }

    private static long beyondUsual(List<Answer> before, List<Answer> since, Predicate<Answer> kind) {
        long usual = before.isEmpty() ? 0 : since.size() * count(before, kind) / before.size();
        return Math.max(0, count(since, kind) - usual);
    }

    private static long count(List<Answer> answers, Predicate<Answer> kind) {
        return answers.stream().filter(kind).count();
    }
}
