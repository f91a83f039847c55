package io.couponrush.issuance;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;

/**
 * Whether this node issues so much that everything that can wait should: in the last second as many as it takes, or in a
 * tenth of it a quarter of them, so that it is known while a rush begins. A tenth is enough when the processors are full and
 * commits are large, as they are when claims wait for one another; then giving way is tried, and kept up if more is issued by
 * it. Belongs to one event loop.
 */
final class Rush {
    private static final long TENTH = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TENTHS = 10;
    private static final int QUARTER = 4;
    private static final double FULL = 0.9;
    private static final int LARGE = 16;

    /** Tenths that giving way is tried for, after as many without it. The first does not count: what had begun ends in it. */
    private static final int TRIAL = 3;

    private static final double GAIN = 1.25;

    /** Tenths until it is tried again. */
    private static final int REST = 600;

    private final int perSecond;
    private final Timers timers;
    private final DoubleSupplier processors;
    private final int[] issued = new int[TENTHS];
    private final int[] commits = new int[TENTHS];
    private long tenth;
    private long looked;
    private double load;
    private Trying trying = Trying.NOT;
    private long since;
    private int before;

    private enum Trying {
        NOT,
        TRIES,
        PAYS,
        RESTS
    }

    /**
     * Makes it calm.
     *
     * @param perSecond coupons from which on it is a rush
     * @param processors how much of them is in use since it was last asked, of 1; asked at most ten times a second, and only
     *     when it matters
     */
    Rush(int perSecond, Timers timers, DoubleSupplier processors) {
        this.perSecond = perSecond;
        this.timers = timers;
        this.processors = processors;
        this.tenth = now();
        this.looked = tenth;
        this.since = tenth;
    }

    /** In one commit. */
    void issued(int coupons) {
        turn();
        issued[slot(tenth)] += coupons;
        commits[slot(tenth)]++;
    }

    boolean on() {
        turn();
        int all = 0;
        int most = 0;
        for (int some : issued) {
            all += some;
            most = Math.max(most, some);
        }
        int rate = Math.max(all, most * QUARTER);
        if (rate >= perSecond) {
            change(Trying.NOT); // what is issued now is no measure for a trial: nobody is told
            return true;
        }
        return pays(rate >= perSecond / TENTHS && commitsAreLarge(all) && processorsAreFull());
    }

    /** When the processors are not full any more during the trial, claims did not need them. */
    private boolean pays(boolean crowded) {
        long passed = tenth - since;
        switch (trying) {
            case NOT -> {
                if (!crowded) {
                    change(Trying.NOT);
                } else if (passed >= TRIAL) {
                    before = lately();
                    change(Trying.TRIES);
                }
            }
            case TRIES -> {
                if (!crowded) {
                    change(Trying.RESTS);
                } else if (passed >= TRIAL) {
                    change(lately() >= GAIN * before ? Trying.PAYS : Trying.RESTS);
                }
            }
            case PAYS -> {
                if (!crowded) {
                    change(Trying.NOT);
                }
            }
            case RESTS -> {
                if (passed >= REST) {
                    change(Trying.NOT);
                }
            }
        }
        return trying == Trying.TRIES || trying == Trying.PAYS;
    }

    private void change(Trying to) {
        trying = to;
        since = tenth;
    }

    /** Coupons in the whole tenths of a trial that count. */
    private int lately() {
        return IntStream.range(1, TRIAL).map(ago -> issued[slot(tenth - ago)]).sum();
    }

    private boolean commitsAreLarge(int coupons) {
        return coupons >= LARGE * IntStream.of(commits).sum();
    }

    private boolean processorsAreFull() {
        if (looked != tenth) {
            looked = tenth;
            load = processors.getAsDouble();
        }
        return load >= FULL;
    }

    private void turn() {
        long now = now();
        for (long t = Math.max(tenth, now - TENTHS) + 1; t <= now; t++) {
            issued[slot(t)] = 0;
            commits[slot(t)] = 0;
        }
        tenth = now;
    }

    private long now() {
        return Math.floorDiv(timers.nanoTime(), TENTH);
    }

    private static int slot(long tenth) {
        return (int) Math.floorMod(tenth, (long) TENTHS);
    }
}
