package io.couponrush.issuance;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.campaign.Audience;
import io.couponrush.campaign.DiscountType;
import io.couponrush.campaign.Mode;
import io.couponrush.campaign.Terms;
import io.couponrush.issuance.CouponBook.CountsPage;
import io.couponrush.issuance.CouponBook.Coupon;
import io.couponrush.issuance.CouponBook.Decision;
import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.CouponBook.Stock;
import io.couponrush.issuance.CouponBook.Stored;
import io.couponrush.issuance.CouponBook.Sweepable;
import io.couponrush.issuance.CouponBook.Verdict;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.JointCommits.Batch;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the functions of {@code V003__claims.sql} and its successors do, each call one step under the lock of the campaign's row. */
final class SimulatedPostgres {
    /** A user whose claims the database cannot store. */
    static final long POISON = 666;

    private final LongSupplier clock;
    private final Set<Rule> without;
    private final Map<Long, Campaign> campaigns = new TreeMap<>();
    private final Map<UUID, Coupons> rows = new LinkedHashMap<>();
    private final Set<String> codes = new HashSet<>();
    private final Set<UUID> dead = new HashSet<>();
    private final List<Told> outbox = new ArrayList<>();
    private final Set<Decision> decided = EnumSet.noneOf(Decision.class);

    /** A campaign's row. */
    static final class Campaign {
        private final long id;
        private int total;
        private int issued;
        private int max;
        private long start;
        private long end;
        private long epoch;
        private int generation;
        private int version = 1;
        private boolean paused;
        private boolean restricted;
        private final Set<Long> guests = new TreeSet<>();
        private long fullAt = Long.MAX_VALUE;

        Campaign(long id, int total, int max, long start, long end) {
            this.id = id;
            this.total = total;
            this.max = max;
            this.start = start;
            this.end = end;
        }

        long id() {
            return id;
        }

        int total() {
            return total;
        }

        int issued() {
            return issued;
        }

        int max() {
            return max;
        }

        long start() {
            return start;
        }

        long end() {
            return end;
        }

        long epoch() {
            return epoch;
        }

        int generation() {
            return generation;
        }

        boolean paused() {
            return paused;
        }

        boolean restricted() {
            return restricted;
        }

        /** Whether it is a campaign for that user. */
        boolean admits(long user) {
            return !restricted || guests.contains(user);
        }

        /** From now on it is for those who are invited. */
        void restrict() {
            restricted = true;
        }

        void invite(long user) {
            guests.add(user);
        }

        void remove(long user) {
            guests.remove(user);
        }

        /** When it was sold out for the first time. */
        long fullAt() {
            return fullAt;
        }

        void pause(boolean now) {
            paused = now;
        }

        void resize(int newTotal) {
            total = newTotal;
        }

        void limit(int newMax) {
            max = newMax;
        }

        void window(long newStart, long newEnd) {
            start = newStart;
            end = newEnd;
        }

        /** What the rest of a node reads of it. */
        io.couponrush.campaign.Campaign read() {
            var terms = new Terms(
                    "sale",
                    "",
                    total,
                    Instant.ofEpochMilli(start),
                    Instant.ofEpochMilli(end),
                    max,
                    DiscountType.FIXED,
                    BigDecimal.ONE,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    1,
                    "CR",
                    "",
                    restricted ? Audience.RESTRICTED : Audience.PUBLIC,
                    Mode.RUSH);
            return new io.couponrush.campaign.Campaign(
                    id, terms, paused, issued, 0, epoch, generation, version, Instant.EPOCH);
        }
    }

    /** A coupon's row. */
    record Coupons(
            long id, UUID rid, long event, long user, int seq, UUID lease, long epoch, String code, long issuedAt) {
        Coupon coupon() {
            return new Coupon(id, code, Instant.ofEpochMilli(issuedAt), Instant.ofEpochMilli(issuedAt + 1));
        }
    }

    /** An outbox row: coupons of a batch, or a turn of the stock. */
    record Told(long event, List<Long> coupons, int generation) {}

    /** A claim as it is sent. */
    record Sent(UUID rid, long user, UUID lease, String code, int seq) {
        static List<Sent> of(List<Claim> batch) {
            return batch.stream()
                    .map(c -> new Sent(c.rid(), c.userId(), c.lease(), c.code(), c.seq()))
                    .toList();
        }
    }

    /** A batch of several that are sent together. */
    record Together(long event, long epoch, List<Sent> claims) {
        static List<Together> of(List<Batch> batches) {
            return batches.stream()
                    .map(b -> new Together(b.eventId(), b.epoch(), Sent.of(b.claims())))
                    .toList();
        }
    }

    /** A value that cannot be stored. */
    static final class BadValue extends RuntimeException {
        private static final long serialVersionUID = 1;

        BadValue() {
            super("22003", null, false, false);
        }
    }

    /**
     * Makes one without campaigns.
     *
     * @param clock in milliseconds
     */
    SimulatedPostgres(LongSupplier clock, Set<Rule> without) {
        this.clock = clock;
        this.without = without;
    }

    void add(Campaign campaign) {
        campaigns.put(campaign.id, campaign);
    }

    Campaign campaign(long event) {
        Campaign found = campaigns.get(event);
        if (found == null) {
            throw new IllegalArgumentException("no campaign " + event);
        }
        return found;
    }

    /** Its time, in milliseconds. */
    long now() {
        return clock.getAsLong();
    }

    Iterable<Campaign> campaigns() {
        return campaigns.values();
    }

    Map<UUID, Coupons> rows() {
        return rows;
    }

    List<Told> outbox() {
        return outbox;
    }

    /** The kinds of decisions made so far. */
    Set<Decision> decided() {
        return decided;
    }

    /** A change by staff: fences what is under way. */
    void change(long event, Consumer<Campaign> edit) {
        Campaign c = campaign(event);
        edit.accept(c);
        c.version++;
        c.epoch = nextEpoch(c);
        if ((c.generation % 2 == 1) != (c.issued == c.total)) {
            turn(c);
        }
    }

    private void turn(Campaign c) {
        c.generation++;
        outbox.add(new Told(c.id, List.of(), c.generation));
        if (c.issued >= c.total) {
            c.fullAt = Math.min(c.fullAt, clock.getAsLong());
        }
    }

    private long nextEpoch(Campaign c) {
        return Math.max(c.epoch + 1, clock.getAsLong());
    }

    private long have(long event, long user) {
        return rows.values().stream()
                .filter(r -> r.event() == event && r.user() == user)
                .count();
    }

    private boolean taken(long event, long user, int seq) {
        return rows.values().stream().anyMatch(r -> r.event() == event && r.user() == user && r.seq() == seq);
    }

    private static void requireStorable(List<Sent> batch) {
        if (batch.stream().anyMatch(s -> s.user() == POISON)) {
            throw new BadValue();
        }
    }

    Optional<Verdicts> issueFast(long event, long epoch, List<Sent> batch) {
        requireStorable(batch);
        Campaign c = campaigns.get(event);
        boolean guarded = !without.contains(Rule.R2);
        if (c == null
                || (c.epoch != epoch && !without.contains(Rule.R3))
                || c.paused
                || (guarded && c.issued + batch.size() > c.total)) {
            return Optional.empty();
        }
        long now = clock.getAsLong();
        var names = new HashSet<Object>();
        for (Sent s : batch) {
            boolean free = s.seq() >= 1 && s.seq() <= c.max && free(event, s, names);
            if (now < c.start || now >= c.end || dead.contains(s.lease()) || !free || !c.admits(s.user())) {
                return Optional.empty();
            }
        }
        var verdicts = new HashMap<UUID, Verdict>();
        var ids = new ArrayList<Long>();
        for (Sent s : batch) {
            Coupons row = insert(c, s, s.seq(), epoch, now);
            ids.add(row.id());
            verdicts.put(s.rid(), new Verdict(Decision.ISSUED, row.coupon(), true));
        }
        count(c, ids);
        return Optional.of(new Verdicts(verdicts, c.issued, c.total, c.generation));
    }

    /** The plain ones of them, all or none; those that are locked are left out. */
    Map<Long, Verdicts> issueJointly(List<Together> batches, LongPredicate locked) {
        batches.forEach(b -> requireStorable(b.claims()));
        List<Together> plain = batches.stream()
                .filter(b -> !locked.test(b.event()) && plain(b))
                .toList();
        var names = new HashSet<Object>();
        for (Together b : plain) {
            for (Sent s : b.claims()) {
                if (!free(b.event(), s, names)) {
                    return Map.of();
                }
            }
        }
        var issued = new HashMap<Long, Verdicts>();
        for (Together b : plain) {
            issued.put(b.event(), issueFast(b.event(), b.epoch(), b.claims()).orElseThrow());
        }
        return issued;
    }

    /** Neither its number nor its key nor its code is a row's, or another claim's of those that are sent with it. */
    private boolean free(long event, Sent s, Set<Object> names) {
        return !taken(event, s.user(), s.seq())
                && names.add(event + ":" + s.user() + ":" + s.seq())
                && !rows.containsKey(s.rid())
                && names.add(s.rid())
                && !codes.contains(s.code())
                && names.add(s.code());
    }

    private boolean plain(Together b) {
        Campaign c = campaigns.get(b.event());
        long now = clock.getAsLong();
        return c != null
                && (c.epoch == b.epoch() || without.contains(Rule.R3))
                && !c.paused
                && !c.restricted
                && c.issued + b.claims().size() < c.total
                && now >= c.start
                && now < c.end
                && b.claims().stream()
                        .allMatch(s -> s.seq() >= 1
                                && s.seq() <= c.max
                                && !rows.containsKey(s.rid())
                                && !dead.contains(s.lease()));
    }

    private Coupons insert(Campaign c, Sent s, int seq, long epoch, long now) {
        var row = new Coupons(rows.size() + 1L, s.rid(), c.id, s.user(), seq, s.lease(), epoch, s.code(), now);
        rows.put(s.rid(), row);
        codes.add(s.code());
        return row;
    }

    private void count(Campaign c, List<Long> ids) {
        if (ids.isEmpty()) {
            return;
        }
        c.issued += ids.size();
        outbox.add(new Told(c.id, List.copyOf(ids), 0));
        if (c.issued == c.total && c.generation % 2 == 0) {
            turn(c);
        }
    }

    @CanIgnoreReturnValue
    Verdicts issueBatch(long event, long epoch, List<Sent> batch) {
        requireStorable(batch);
        Campaign c = campaigns.get(event);
        long now = clock.getAsLong();
        Decision why = why(c, epoch, now);
        var verdicts = new LinkedHashMap<UUID, Verdict>();
        var asked = new LinkedHashMap<UUID, Sent>();
        batch.forEach(s -> asked.putIfAbsent(s.rid(), s));
        var candidates = new ArrayList<Sent>();
        for (Sent s : asked.values()) {
            Coupons row = rows.get(s.rid());
            if (row != null) {
                boolean own = row.event() == event && row.user() == s.user();
                boolean same = row.lease().equals(s.lease()) || without.contains(Rule.R8);
                verdicts.put(s.rid(), new Verdict(own ? Decision.REPLAY : Decision.KEY_REUSED, row.coupon(), same));
            } else if (dead.contains(s.lease())) {
                verdicts.put(s.rid(), new Verdict(Decision.VOID, null, false));
            } else if (why != null) {
                if (why == Decision.NOT_OPEN && epoch >= 0) {
                    dead.add(s.lease());
                }
                verdicts.put(s.rid(), new Verdict(why, null, false));
            } else if (c != null && !c.admits(s.user())) {
                dead.add(s.lease());
                verdicts.put(s.rid(), new Verdict(Decision.BARRED, null, false));
            } else {
                candidates.add(s);
            }
        }
        if (c == null) {
            return new Verdicts(verdicts, 0, 0, 0);
        }
        decide(c, epoch, now, candidates, verdicts);
        verdicts.values().forEach(v -> decided.add(v.decision()));
        return new Verdicts(verdicts, c.issued, c.total, c.generation);
    }

    private @Nullable Decision why(@Nullable Campaign c, long epoch, long now) {
        if (c == null) {
            return Decision.NO_EVENT;
        } else if (now < c.start) {
            return Decision.NOT_OPEN;
        } else if (now >= c.end) {
            return Decision.CLOSED;
        } else if (c.paused) {
            return Decision.PAUSED;
        }
        boolean fenced = epoch != c.epoch && !(without.contains(Rule.R3) && epoch >= 0);
        return fenced ? Decision.FENCED : null;
    }

    private void decide(Campaign c, long epoch, long now, List<Sent> candidates, Map<UUID, Verdict> verdicts) {
        boolean guarded = !without.contains(Rule.R2);
        int room = c.total - c.issued;
        var before = new HashMap<Long, Integer>();
        var ranks = new HashMap<Long, Integer>();
        var free = new HashMap<Long, List<Integer>>();
        for (Sent s : candidates) {
            before.computeIfAbsent(s.user(), u -> (int) have(c.id, u));
            free.computeIfAbsent(s.user(), u -> freeNumbers(c, u));
        }
        var ids = new ArrayList<Long>();
        var unlucky = new ArrayList<Sent>();
        var late = new ArrayList<Sent>();
        var over = new ArrayList<Sent>();
        int rank = 0;
        for (Sent s : candidates) {
            int nth = ranks.merge(s.user(), 1, Integer::sum);
            if (guarded && before.getOrDefault(s.user(), 0) + nth > c.max) {
                over.add(s);
            } else if (guarded && ++rank > room) {
                late.add(s);
            } else if (codes.contains(s.code())) {
                unlucky.add(s);
            } else {
                List<Integer> numbers = free.getOrDefault(s.user(), List.of());
                int seq = nth <= numbers.size() ? numbers.get(nth - 1) : c.max + nth;
                Coupons row = insert(c, s, seq, epoch, now);
                ids.add(row.id());
                verdicts.put(s.rid(), new Verdict(Decision.ISSUED, row.coupon(), true));
            }
        }
        count(c, ids);
        unlucky.forEach(s -> verdicts.put(s.rid(), new Verdict(Decision.RETRY, null, false)));
        Decision full = c.issued < c.total ? Decision.RETRY : Decision.SOLD_OUT;
        late.forEach(s -> verdicts.put(s.rid(), new Verdict(full, null, false)));
        over.forEach(s -> verdicts.put(
                s.rid(), new Verdict(have(c.id, s.user()) < c.max ? Decision.RETRY : Decision.LIMIT, null, false)));
    }

    private List<Integer> freeNumbers(Campaign c, long user) {
        var free = new ArrayList<Integer>();
        for (int seq = 1; seq <= c.max; seq++) {
            if (!taken(c.id, user, seq)) {
                free.add(seq);
            }
        }
        return free;
    }

    @CanIgnoreReturnValue
    List<Settlement> resolve(List<Settlement> leases) {
        var resolved = new ArrayList<Settlement>();
        for (Settlement s : leases) {
            Coupons row = rows.get(s.rid());
            if (row == null && !without.contains(Rule.R7)) {
                dead.add(s.lease());
            }
            boolean consumed = row != null && row.lease().equals(s.lease());
            resolved.add(new Settlement(consumed ? Verb.C : Verb.B, s.rid(), s.lease()));
        }
        return resolved;
    }

    @CanIgnoreReturnValue
    Optional<Epoch> beginEpoch(long event, long expected) {
        Campaign c = campaigns.get(event);
        if (c == null || c.epoch != expected) {
            return Optional.empty();
        }
        c.epoch = nextEpoch(c);
        return Optional.of(new Epoch(c.epoch, c.total - c.issued, c.max, c.generation));
    }

    Set<Long> invited(long event, Set<Long> users) {
        Set<Long> invited = new TreeSet<>(users);
        invited.retainAll(campaign(event).guests);
        return invited;
    }

    Optional<Stock> stock(long event) {
        return Optional.ofNullable(campaigns.get(event)).map(c -> new Stock(c.epoch, c.issued, c.total, c.generation));
    }

    List<Stored> stored(long event, Set<UUID> rids, Set<Long> users) {
        return rows.values().stream()
                .filter(r -> rids.contains(r.rid()) || (r.event() == event && users.contains(r.user())))
                .map(r -> new Stored(r.rid(), r.event(), r.user(), r.coupon(), campaign(event).max))
                .toList();
    }

    CountsPage countsBefore(long event, long epoch, long afterId, int page) {
        List<Coupons> found = rows.values().stream()
                .filter(row -> row.event() == event && row.epoch() < epoch && row.id() > afterId)
                .limit(page)
                .toList();
        var counts = new TreeMap<Long, Integer>();
        found.forEach(row -> counts.merge(row.user(), 1, Integer::sum));
        return new CountsPage(
                counts, found.size() < page ? 0 : found.get(page - 1).id());
    }

    List<Sweepable> sweepable() {
        long now = clock.getAsLong();
        return campaigns.values().stream()
                .filter(c -> c.start <= now)
                .map(c -> new Sweepable(c.id, c.epoch, c.end < now ? 1 : 0))
                .toList();
    }
}
