package io.couponrush.issuance;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.Ledger.Ask;
import io.couponrush.issuance.Ledger.Overdue;
import io.couponrush.issuance.Ledger.Reserved;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Snapshot;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.issuance.Reservation.Denied;
import io.couponrush.issuance.Reservation.Held;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the scripts of {@code resources/lua} do to the keys of campaigns, and what can happen to a Redis process. */
final class SimulatedRedis {
    private final LongSupplier clock;
    private final boolean trusting;
    private Map<Long, Keys> campaigns = new HashMap<>();
    private Map<Long, Keys> copy = new HashMap<>();
    private String run = "run-1";
    private int runs = 1;

    /** The four keys of a campaign. */
    static final class Keys {
        private long epoch;
        private long stock;
        private int max;
        private int out;
        private boolean ready;
        private String run = "";
        private final Map<Long, Integer> users = new HashMap<>();
        private final Map<UUID, Lease> leases = new LinkedHashMap<>();

        long epoch() {
            return epoch;
        }

        long stock() {
            return stock;
        }

        String run() {
            return run;
        }

        boolean ready() {
            return ready;
        }

        Map<UUID, Lease> leases() {
            return leases;
        }

        int count(long user) {
            return users.getOrDefault(user, 0);
        }

        private Keys copied() {
            var keys = new Keys();
            keys.epoch = epoch;
            keys.stock = stock;
            keys.max = max;
            keys.out = out;
            keys.ready = ready;
            keys.run = run;
            keys.users.putAll(users);
            keys.leases.putAll(leases);
            return keys;
        }
    }

    record Lease(long user, UUID id, long deadline) {}

    /**
     * Makes an empty one.
     *
     * @param clock in milliseconds
     * @param trusting believes what another process wrote, against R9
     */
    SimulatedRedis(LongSupplier clock, boolean trusting) {
        this.clock = clock;
        this.trusting = trusting;
    }

    String run() {
        return run;
    }

    @Nullable
    Keys keys(long event) {
        return campaigns.get(event);
    }

    /** All keys are gone, the process lives. */
    void wipe() {
        campaigns = new HashMap<>();
    }

    void restartEmpty() {
        newRun();
        wipe();
    }

    void restart() {
        newRun();
    }

    /** What a replica or a file holds from now on. */
    void copyNow() {
        copy = copyOf(campaigns);
    }

    /** The replica takes over, or the file is read: newer writes are forgotten. */
    void restartFromCopy() {
        newRun();
        campaigns = copyOf(copy);
    }

    private void newRun() {
        run = "run-" + ++runs;
    }

    private static Map<Long, Keys> copyOf(Map<Long, Keys> from) {
        var to = new HashMap<Long, Keys>();
        from.forEach((event, keys) -> to.put(event, keys.copied()));
        return to;
    }

    private boolean unknown(@Nullable Keys keys, String runId) {
        return keys == null || (!trusting && !keys.run.equals(runId));
    }

    @CanIgnoreReturnValue
    Reserved reserve(long event, String runId, long ttl, List<Ask> asks) {
        Keys keys = campaigns.get(event);
        if (keys == null || unknown(keys, runId)) {
            return new Reserved(0, 0, 0, List.of());
        }
        long deadline = clock.getAsLong() + ttl;
        var answers = new ArrayList<Reservation>();
        for (Ask ask : asks) {
            answers.add(reserve(keys, ask, deadline));
        }
        return new Reserved(keys.epoch, keys.leases.size(), keys.out, answers);
    }

    private static Reservation reserve(Keys keys, Ask ask, long deadline) {
        Lease held = keys.leases.get(ask.rid());
        if (held != null) {
            keys.leases.put(ask.rid(), new Lease(held.user(), held.id(), deadline));
            return new Held(held.id(), 0);
        }
        if (keys.out > 0) {
            return Denied.SOLD_OUT;
        }
        if (keys.count(ask.userId()) >= keys.max) {
            return Denied.LIMIT;
        }
        if (keys.stock <= 0) {
            return Denied.EMPTY;
        }
        keys.stock--;
        keys.users.merge(ask.userId(), 1, Integer::sum);
        keys.leases.put(ask.rid(), new Lease(ask.userId(), ask.newLease(), deadline));
        return new Held(ask.newLease(), keys.count(ask.userId()));
    }

    void settle(long event, long epoch, List<Settlement> settlements, int soldOutGeneration) {
        Keys keys = campaigns.get(event);
        if (keys == null || keys.epoch != epoch) {
            return;
        }
        for (Settlement s : settlements) {
            Lease lease = keys.leases.get(s.rid());
            if (lease != null && lease.id().equals(s.lease())) {
                keys.leases.remove(s.rid());
                end(keys, s.verb(), lease.user());
            }
        }
        if (soldOutGeneration > 0) {
            keys.out = soldOutGeneration;
        }
    }

    private static void end(Keys keys, Verb verb, long user) {
        switch (verb) {
            case C -> {}
            case B -> {
                keys.stock++;
                keys.users.merge(user, -1, Integer::sum);
            }
            case L -> {
                keys.stock++;
                keys.users.put(user, Math.max(keys.max, keys.count(user) - 1));
            }
            case S -> {
                keys.stock = 0;
                keys.users.merge(user, -1, Integer::sum);
            }
        }
    }

    void load(long event, Epoch epoch, String runId) {
        Keys old = campaigns.get(event);
        if (old != null && old.epoch >= epoch.epoch() && old.run.equals(runId)) {
            return;
        }
        var keys = new Keys();
        keys.epoch = epoch.epoch();
        keys.stock = epoch.free();
        keys.max = epoch.maxPerUser();
        keys.run = runId;
        keys.out = epoch.free() <= 0 ? epoch.generation() : 0;
        campaigns.put(event, keys);
    }

    void loadCounts(long event, long epoch, Map<Long, Integer> counts, boolean last) {
        Keys keys = campaigns.get(event);
        if (keys == null || keys.epoch != epoch) {
            return;
        }
        counts.forEach((user, count) -> keys.users.merge(user, count, Integer::sum));
        keys.ready |= last;
    }

    Overdue overdue(long event, String runId, int limit) {
        Keys keys = campaigns.get(event);
        if (keys == null || unknown(keys, runId)) {
            return new Overdue(0, 0, 0, 0, false, List.of());
        }
        long now = clock.getAsLong();
        List<Settlement> late = keys.leases.entrySet().stream()
                .filter(e -> e.getValue().deadline() <= now)
                .sorted(Comparator.<Map.Entry<UUID, Lease>>comparingLong(
                                e -> e.getValue().deadline())
                        .thenComparing(e -> e.getKey().toString()))
                .limit(limit)
                .map(e -> new Settlement(Verb.B, e.getKey(), e.getValue().id()))
                .toList();
        return new Overdue(keys.epoch, keys.stock, keys.leases.size(), keys.out, keys.ready, late);
    }

    Snapshot snapshot(long event, String runId) {
        Keys keys = campaigns.get(event);
        if (keys == null || unknown(keys, runId)) {
            return new Snapshot(0, 0, List.of());
        }
        List<Settlement> open = keys.leases.entrySet().stream()
                .map(e -> new Settlement(Verb.B, e.getKey(), e.getValue().id()))
                .toList();
        return new Snapshot(keys.epoch, keys.stock, open);
    }
}
