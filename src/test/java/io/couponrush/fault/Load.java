package io.couponrush.fault;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Crowd;
import io.couponrush.testkit.ReadBack;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Users with keys who press at both nodes at a steady rate, three times each, and now and then look at the other node. */
final class Load {
    static final int PRESSES = 3;

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final int perSecond;
    private final int presses;
    private final long began = System.nanoTime();
    private final ReadBack readBackAtA;
    private final ReadBack readBackAtB;
    private final Crowd atA;
    private final Crowd atB;

    private Load(Fleet fleet, long sale, Callers callers, int perSecond) {
        this.perSecond = perSecond;
        List<Press> first = new ArrayList<>();
        List<Press> second = new ArrayList<>();
        for (Press press : Callers.shuffled(callers.presses(sale, PRESSES))) {
            (first.size() <= second.size() ? first : second).add(press);
        }
        presses = first.size() + second.size();
        readBackAtA = new ReadBack(fleet.a().process());
        readBackAtB = new ReadBack(fleet.b().process());
        atA = callers.at(fleet.a().process()).startAt(perSecond / 2, first, readBackAtB);
        atB = callers.at(fleet.b().process()).startAt(perSecond / 2, second, readBackAtA);
    }

    /** Returns when claims are being answered. */
    static Load start(Fleet fleet, long sale, Callers callers, int perSecond) {
        var load = new Load(fleet, sale, callers, perSecond);
        load.atB.untilIssued(perSecond / 4);
        return load;
    }

    /** Until everybody has pressed. */
    double secondsLeft() {
        return (double) (presses - (System.nanoTime() - began) / SECOND * perSecond) / perSecond;
    }

    int issuedSoFar() {
        return atA.issuedSoFar() + atB.issuedSoFar();
    }

    Answers soFar() {
        return atA.answersSoFar().and(atB.answersSoFar());
    }

    /** At both nodes, since that moment. */
    List<Answer> since(long nanoTime) {
        List<Answer> since = new ArrayList<>(atA.answersSince(nanoTime));
        since.addAll(atB.answersSince(nanoTime));
        return since;
    }

    Answers soFarAtB() {
        return atB.answersSoFar();
    }

    boolean hasEnded() {
        return atA.hasEnded() && atB.hasEnded();
    }

    /** Nobody else presses; what everybody was answered. */
    Answers ends() {
        atA.stop();
        atB.stop();
        return atA.answers().and(atB.answers());
    }

    /** Coupons that were looked for and found at the other node. */
    int readBack() {
        return readBackAtA.found() + readBackAtB.found();
    }

    /** Coupons that were looked for and not there, in words. */
    List<String> missing() {
        var missing = new ArrayList<>(readBackAtA.missing());
        missing.addAll(readBackAtB.missing());
        return missing;
    }
}
