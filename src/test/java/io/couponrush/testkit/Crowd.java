package io.couponrush.testkit;

import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answer.Press;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A crowd at the button, while it presses. */
public final class Crowd {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final List<Press> presses;
    private final AtomicInteger next = new AtomicInteger();
    private final Deque<Answer> answers = new ConcurrentLinkedDeque<>();
    private final AtomicInteger issued = new AtomicInteger();
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean stopped;

    Crowd(List<Press> presses) {
        this.presses = List.copyOf(presses);
    }

    Press next() {
        int i = next.getAndIncrement();
        return i < presses.size() ? presses.get(i) : null;
    }

    /** All have pressed, or the rest was told not to. */
    boolean isOver() {
        return stopped || next.get() >= presses.size();
    }

    /** Who has not pressed yet does not press any more. */
    public void stop() {
        stopped = true;
    }

    public boolean hasEnded() {
        return ended.getCount() == 0;
    }

    void add(Answer answer) {
        answers.add(answer);
        if (answer.issued()) issued.incrementAndGet();
    }

    void end() {
        ended.countDown();
    }

    /** Waits until that many coupons were given out. */
    public void untilIssued(int coupons) {
        await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(2))
                .atMost(PATIENCE)
                .until(() -> issued.get() >= coupons || hasEnded());
    }

    public int issuedSoFar() {
        return issued.get();
    }

    /** What has been answered until now. */
    public Answers answersSoFar() {
        return new Answers(new ArrayList<>(answers));
    }

    /** What was answered since that moment; reads no more than that, so that whoever looks often takes nothing from the load. */
    public List<Answer> answersSince(long nanoTime) {
        List<Answer> since = new ArrayList<>();
        Iterator<Answer> newest = answers.descendingIterator();
        while (newest.hasNext()) {
            Answer answer = newest.next();
            if (answer.ended() - nanoTime <= 0) break;
            since.add(answer);
        }
        Collections.reverse(since);
        return since;
    }

    /** Waits for the last one. */
    public Answers answers() {
        try {
            if (!ended.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) throw new AssertionError("the crowd hangs");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return new Answers(new ArrayList<>(answers));
    }
}
