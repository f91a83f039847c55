package io.couponrush.issuance;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/** Virtual time: events run one by one, in the order of their time, and chance comes from a seed. */
final class Scheduler {
    static final long MS = 1_000;
    static final long S = 1_000 * MS;

    private static final long START = 1_000_000 * S;

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::order));
    private final SplittableRandom random;
    private long now = START;
    private long order;

    private record Event(long at, long order, Runnable task) {}

    Scheduler(long seed) {
        random = new SplittableRandom(seed);
    }

    /** Microseconds. */
    long now() {
        return now;
    }

    /** Microseconds since the simulation began. */
    long elapsed() {
        return now - START;
    }

    SplittableRandom random() {
        return random;
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    /** Between one microsecond and {@code max}, most often much nearer to the first. */
    long delay(long max) {
        double skewed = random.nextDouble();
        return 1 + (long) (skewed * skewed * max);
    }

    void after(long micros, Runnable task) {
        events.add(new Event(now + Math.max(0, micros), order++, task));
    }

    void runFor(long micros) {
        long end = now + micros;
        while (!events.isEmpty() && events.peek().at() <= end) {
            Event next = events.poll();
            now = next.at();
            next.task().run();
        }
        now = end;
    }
}
