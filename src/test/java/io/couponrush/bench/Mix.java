package io.couponrush.bench;

import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Claims of which so many percent win; of the others one half repeats a claim that won and one half asks for what is sold
 * out. A campaign that sells out is replaced by the next and becomes the one that is sold out. For one event loop.
 */
final class Mix implements Claimants.Press {
    private static final int REMEMBERED = 20_000;
    private static final int ENOUGH = 500;

    private final Claimants claimants;
    private final String staff;
    private final int winPercent;
    private final int stock;
    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Won> won = new ArrayList<>();
    private final List<Till> tills = new ArrayList<>();
    private Till open;
    private Till next;
    private Till soldOut;
    private int remembered;
    private long offset;

    private record Won(Till till, int user, String key) {}

    private Mix(Claimants claimants, String staff, int winPercent, int stock, Till soldOut, Till open, Till next) {
        this.claimants = claimants;
        this.staff = staff;
        this.winPercent = winPercent;
        this.stock = stock;
        this.soldOut = soldOut;
        this.open = open;
        this.next = next;
        tills.addAll(List.of(soldOut, open, next));
    }

    /** With three campaigns: one of a single coupon, which is taken, and two of so many. */
    static Future<Mix> open(Claimants claimants, String staff, int winPercent, int stock) {
        return claimants.open(staff, "sold_out", 1, past()).compose(soldOut -> claimants
                .claim(soldOut, claimants.users() - 1, "sells-out-" + System.nanoTime(), System.nanoTime())
                .compose(outcome -> outcome.equals("issued")
                        ? claimants.open(staff, "main", stock, past())
                        : Future.failedFuture("the one coupon: " + outcome))
                .compose(first -> claimants
                        .open(staff, "main-2", stock, past())
                        .map(second -> new Mix(claimants, staff, winPercent, stock, soldOut, first, second))));
    }

    private static Instant past() {
        return Instant.now().minus(Duration.ofMinutes(1));
    }

    List<Till> tills() {
        return tills;
    }

    /** After so many arrivals: the numbers begin anew. */
    void goOn(long arrivals) {
        offset += arrivals;
    }

    @Override
    public void press(long arrival, long due) {
        long number = arrival + offset;
        int user = (int) (number % (claimants.users() - 1));
        String key = "mix-" + run + '-' + number;
        if (number % 100 < winPercent) {
            claim(user, key, due);
        } else if (number % 2 == 1 && won.size() >= ENOUGH) {
            Won last = won.get(random.nextInt(won.size()));
            Future<String> unused = claimants.press(last.till, last.user, last.key, due);
        } else {
            Future<String> unused = claimants.claim(soldOut, user, key, due);
        }
    }

    private void claim(int user, String key, long due) {
        Till till = open;
        Future<String> unused = claimants.claim(till, user, key, due).onSuccess(outcome -> {
            if (!outcome.equals("issued")) return;
            var win = new Won(till, user, key);
            if (won.size() < REMEMBERED) won.add(win);
            else won.set(remembered++ % REMEMBERED, win);
            if (till.isEmpty() && till == open) turn();
        });
    }

    private void turn() {
        soldOut = open;
        open = next;
        Future<Till> unused = claimants
                .open(staff, "main-" + tills.size(), stock, past())
                .onSuccess(till -> {
                    next = till;
                    tills.add(till);
                })
                .onFailure(failure -> claimants.complain("no further campaign: " + failure));
    }
}
