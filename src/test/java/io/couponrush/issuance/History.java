package io.couponrush.issuance;

import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.SimulatedPostgres.Campaign;
import io.couponrush.issuance.SimulatedPostgres.Coupons;
import io.couponrush.issuance.SimulatedPostgres.Told;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What clients were told, and whether it agrees with the rows: the invariants of the service. */
final class History {
    private final SimulatedPostgres postgres;
    private final SimulatedRedis redis;
    private final boolean direct;
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private final List<Terms> terms = new ArrayList<>();
    private int rowsSeen;

    /** A complete answer with a coupon. */
    private record Acknowledged(Issued issued, UUID rid, long event, long user) {}

    /** What a campaign was from some millisecond on. */
    private record Terms(long event, long from, long start, long end, boolean paused) {}

    /** An invariant does not hold; the message begins with its name. */
    static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1;

        Violation(String what) {
            super(what, null, false, false);
        }
    }

    /**
     * Watches these two.
     *
     * @param direct claims may go past Redis, which then believes in more than there is until it is loaded again (I9)
     */
    History(SimulatedPostgres postgres, SimulatedRedis redis, boolean direct) {
        this.postgres = postgres;
        this.redis = redis;
        this.direct = direct;
    }

    void check(boolean holds, String kind, String what) {
        if (!holds) {
            throw new Violation(kind + ": " + what);
        }
    }

    void acknowledged(Issued issued, UUID rid, long event, long user) {
        acknowledged.add(new Acknowledged(issued, rid, event, user));
    }

    /** A campaign is as it is from now on. */
    void changed(Campaign c) {
        terms.add(new Terms(c.id(), postgres.now(), c.start(), c.end(), c.paused()));
    }

    /**
     * What a client is told of the window was so while it waited; of what a node refuses by itself, a little or, without
     * Postgres, up to a minute before.
     */
    void refused(Refusal why, long event, boolean keyed, long asked, long now) {
        boolean decided = keyed && why != Refusal.EVENT_NOT_STARTED;
        check(wasTrue(why, event, decided ? asked : 0, now), "FALSE_REFUSAL", why + " on campaign " + event);
    }

    private boolean wasTrue(Refusal why, long event, long from, long to) {
        long until = Long.MAX_VALUE;
        for (int i = terms.size() - 1; i >= 0; i--) {
            Terms t = terms.get(i);
            if (t.event() == event) {
                long first = Math.max(from, t.from());
                long last = Math.min(to, until);
                boolean holds =
                        switch (why) {
                            case EVENT_NOT_STARTED -> first < t.start();
                            case EVENT_ENDED -> last >= t.end();
                            case EVENT_PAUSED -> t.paused();
                            default -> true;
                        };
                if (first <= last && holds) {
                    return true;
                }
                until = t.from();
            }
        }
        return false;
    }

    /** After every step: Postgres never sells too much, and Redis never believes in more than there is. */
    void look() {
        if (postgres.rows().size() > rowsSeen) {
            postgres.rows().values().stream().skip(rowsSeen).forEach(this::isLawful);
            rowsSeen = postgres.rows().size();
        }
        for (Campaign c : postgres.campaigns()) {
            check(c.issued() <= c.total(), "OVERSELL", "campaign " + c.id());
            check(direct || believed(c) <= c.total() - c.issued(), "OVER_ADMISSION", "campaign " + c.id());
        }
    }

    private void isLawful(Coupons row) {
        Campaign c = postgres.campaign(row.event());
        long now = postgres.now();
        check(row.seq() >= 1 && row.seq() <= c.max(), "USER_OVER", "above the limit " + row);
        check(now >= c.start() && now < c.end() && !c.paused(), "WINDOW", row.toString());
        check(c.admits(row.user()), "AUDIENCE", row.toString());
    }

    /** Units that Redis may still hand out or has handed out in vain, or less than nothing when it is not asked. */
    private long believed(Campaign c) {
        SimulatedRedis.Keys keys = trusted(c);
        return keys == null ? Long.MIN_VALUE : keys.stock() + unconsumed(keys);
    }

    private SimulatedRedis.@Nullable Keys trusted(Campaign c) {
        SimulatedRedis.Keys keys = redis.keys(c.id());
        return keys == null || keys.epoch() != c.epoch() || !keys.run().equals(redis.run()) ? null : keys;
    }

    private long unconsumed(SimulatedRedis.Keys keys) {
        return keys.leases().entrySet().stream()
                .filter(e -> {
                    Coupons row = postgres.rows().get(e.getKey());
                    return row == null || !row.lease().equals(e.getValue().id());
                })
                .count();
    }

    /** Redis knows nothing of the campaign, or all of it, and holds nothing for anybody. */
    boolean settled(long event) {
        SimulatedRedis.Keys keys = redis.keys(event);
        if (keys == null || !keys.run().equals(redis.run())) {
            return true;
        }
        return keys.leases().isEmpty() && keys.ready() && trusted(postgres.campaign(event)) != null;
    }

    /** It has ended: what a node that died in direct mode left behind is not audited, and nobody gets it. */
    boolean over(long event) {
        return direct && postgres.campaign(event).end() <= postgres.now();
    }

    /** I8: what Redis has is what Postgres has left. */
    void atRest(long event) {
        if (over(event)) {
            return;
        }
        Campaign c = postgres.campaign(event);
        SimulatedRedis.Keys keys = trusted(c);
        if (keys != null) {
            int left = c.total() - c.issued();
            check(
                    keys.stock() + unconsumed(keys) == left,
                    "UNDERSELL",
                    "Redis has " + keys.stock() + " of " + left + " at rest");
            postgres.rows().values().stream()
                    .filter(row -> row.event() == event)
                    .forEach(row -> check(
                            // a node that died in direct mode told Redis nothing; Postgres still holds the limit
                            direct || !keys.ready() || keys.count(row.user()) >= have(event, row.user()),
                            "USER_COUNT",
                            "user " + row.user()));
        }
    }

    private long have(long event, long user) {
        return postgres.rows().values().stream()
                .filter(r -> r.event() == event && r.user() == user)
                .count();
    }

    void atTheEnd() {
        acknowledgedIsStored();
        for (Campaign c : postgres.campaigns()) {
            rowsAreLawful(c);
            turnsAreTold(c);
        }
        everyCouponIsToldOnce();
    }

    private void acknowledgedIsStored() {
        for (Acknowledged a : acknowledged) {
            Coupons row = postgres.rows().get(a.rid());
            check(
                    row != null
                            && row.id() == a.issued().couponId()
                            && row.user() == a.user()
                            && row.event() == a.event()
                            && row.code().equals(a.issued().couponCode()),
                    "ACKED_LOST",
                    a + " is " + row);
        }
    }

    private void rowsAreLawful(Campaign c) {
        Set<String> numbers = new HashSet<>();
        int rows = 0;
        for (Coupons row : postgres.rows().values()) {
            if (row.event() == c.id()) {
                rows++;
                check(numbers.add(row.user() + ":" + row.seq()), "USER_OVER", "same number " + row);
            }
        }
        check(rows == c.issued(), "COUNT", rows + " rows, counted " + c.issued());
        check(rows <= c.total(), "OVERSELL", rows + " rows of " + c.total());
    }

    private void turnsAreTold(Campaign c) {
        int generation = 0;
        for (Told told : postgres.outbox()) {
            if (told.event() == c.id() && told.coupons().isEmpty()) {
                check(told.generation() == ++generation, "GENERATIONS", told.toString());
            }
        }
        check(generation == c.generation(), "GENERATIONS", "told " + generation + " of " + c.generation());
        check((generation % 2 == 1) == (c.issued() == c.total()), "GENERATIONS", "sold out is not odd");
    }

    private void everyCouponIsToldOnce() {
        Set<Long> told = new HashSet<>();
        postgres.outbox().forEach(t -> t.coupons().forEach(id -> check(told.add(id), "OUTBOX", "twice " + id)));
        check(told.size() == postgres.rows().size(), "OUTBOX", "not all told");
    }
}
