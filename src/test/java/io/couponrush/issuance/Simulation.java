package io.couponrush.issuance;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Deferred;
import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.bus.StockTurned;
import io.couponrush.issuance.CouponBook.Decision;
import io.couponrush.issuance.Ledger.Snapshot;
import io.couponrush.issuance.SimulatedNode.Happening;
import io.couponrush.issuance.SimulatedPostgres.Campaign;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Nodes, clients, Redis and Postgres through some seconds of faults, then in peace until all is settled and sold. Every
 * choice comes from the seed: the same seed is the same run.
 */
final class Simulation implements SimulatedNode.World {
    private static final long PEACE = 120 * Scheduler.S;
    private static final long ROUND = Scheduler.S;
    private static final long FAR = 3_600_000;

    private final Scheduler scheduler;
    private final SplittableRandom random;
    private final Set<Rule> without;
    private final Faults faults;
    private final boolean calm;
    private final SimulatedRedis redis;
    private final SimulatedPostgres postgres;
    private final SimulatedStaff staff;
    private final SimulatedBook.Server server = new SimulatedBook.Server();
    private final History history;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final List<Client> clients = new ArrayList<>();
    private final List<Long> events = new ArrayList<>();
    private final long leaseMillis;
    private final long deadlineMillis;
    private final Lane.Bounds bounds;
    private final int waitingMax;
    private final long trouble;
    private final Set<Happening> seen = EnumSet.noneOf(Happening.class);
    private long redisClockOff;
    private @Nullable SimulatedNode auditing;
    private int codes;
    private long newcomers = 1_000;

    static {
        ((Logger) LoggerFactory.getLogger("io.couponrush.issuance")).setLevel(Level.OFF);
    }

    private Simulation(long seed, Set<Rule> without, boolean calm, @Nullable StringBuilder trace) {
        scheduler = new Scheduler(seed);
        random = scheduler.random();
        this.without = without;
        this.calm = calm;
        faults = new Faults(scheduler, calm, trace);
        redis = new SimulatedRedis(() -> millis() + redisClockOff, without.contains(Rule.R9));
        postgres = new SimulatedPostgres(this::millis, without);
        staff = new SimulatedStaff(scheduler, postgres, this::changed);
        leaseMillis = pick(300, 1_000, 5_000);
        deadlineMillis = pick(500, 3_000);
        bounds = new Lane.Bounds(
                pick(1, 3, 64), (long) pick(50, 500) * 1_000_000, without.isEmpty() ? pick(0, 0, 2, 64) : 0);
        waitingMax = calm ? 1_000 : pick(2, 1_000, 1_000);
        history = new History(postgres, redis, bounds.directMax() > 0);
        trouble = (2L + random.nextInt(4)) * Scheduler.S;
    }

    /**
     * How a seed ended.
     *
     * @param violation begins with the kind of invariant that did not hold; null when all held
     */
    record Outcome(@Nullable String violation, Set<Decision> decided, Set<Happening> seen) {
        boolean violates(String kind) {
            return violation != null && violation.startsWith(kind + ":");
        }
    }

    static Outcome run(long seed, Set<Rule> without, boolean calm) {
        return new Simulation(seed, without, calm, null).run();
    }

    /** Everything that happened, in order. */
    static String trace(long seed, Set<Rule> without, boolean calm) {
        var trace = new StringBuilder();
        Outcome outcome = new Simulation(seed, without, calm, trace).run();
        return "seed " + seed + ": " + outcome + "\n" + trace;
    }

    private Outcome run() {
        try {
            prepare();
            scheduler.runFor(trouble);
            peace();
            return new Outcome(null, postgres.decided(), seen);
        } catch (History.Violation e) {
            return new Outcome(e.getMessage(), postgres.decided(), seen);
        }
    }

    private void prepare() {
        int campaigns = calm ? 1 : 1 + random.nextInt(2);
        for (long event = 1; event <= campaigns; event++) {
            long start = millis() + (random.nextInt(4) == 0 ? random.nextInt(500) : -1);
            long end = event == 2 && random.nextBoolean() ? millis() + 1_000L + random.nextInt(2_000) : millis() + FAR;
            int stock = calm ? 50 : 1 + random.nextInt(6);
            var campaign = new Campaign(event, stock, 1 + random.nextInt(3), start, end);
            if (!calm && chance(0.25)) {
                campaign.restrict();
                for (long user = 1; user <= 4; user++) {
                    if (chance(0.7)) {
                        campaign.invite(user);
                    }
                }
            }
            postgres.add(campaign);
            history.changed(campaign);
            events.add(event);
        }
        int size = 1 + random.nextInt(3);
        for (int i = 0; i < size; i++) {
            nodes.add(new SimulatedNode(this));
        }
        int users = 2 + random.nextInt(3);
        int keys = 3 + random.nextInt(10);
        for (int i = 0; i < keys; i++) {
            long user = 1L + random.nextInt(users);
            var client = new Client(user, events.get(random.nextInt(campaigns)), chance(0.8));
            clients.add(client);
            client.startAfter(scheduler.delay(trouble));
            if (client.keyed && chance(0.1)) { // the same key on another campaign, or twice
                var twin = new Client(client.user, events.get(random.nextInt(campaigns)), client.rid);
                clients.add(twin);
                client.twin = true;
                twin.twin = true;
                twin.startAfter(scheduler.delay(trouble));
            }
        }
        if (calm || chance(0.05)) {
            var poison = new Client(SimulatedPostgres.POISON, 1, true);
            clients.add(poison);
            poison.startAfter(calm ? 0 : scheduler.delay(trouble));
        }
        if (!calm) {
            planTrouble();
        }
    }

    private void planTrouble() {
        int disasters = random.nextInt(5);
        for (int i = 0; i < disasters; i++) {
            scheduler.after((long) (random.nextDouble() * trouble), this::disaster);
        }
        scheduler.after((long) (random.nextDouble() * trouble), redis::copyNow);
    }

    private void disaster() {
        if (!faults.on()) {
            return;
        }
        int what = random.nextInt(15);
        long event = events.get(random.nextInt(events.size()));
        faults.trace(() -> "FAULT  " + what + " event " + event);
        switch (what) {
            case 0 -> redis.wipe();
            case 1 -> restartRedis(redis::restartEmpty);
            case 2 -> restartRedis(redis::restart);
            case 3, 4 -> restartRedis(redis::restartFromCopy);
            case 5 -> faults.redisAwayFor(scheduler.delay(Scheduler.S));
            case 6 -> node().ledger().disconnect();
            case 7 -> {
                server.crash();
                faults.postgresAwayFor(scheduler.delay(Scheduler.S));
            }
            case 8, 9 -> crash(random.nextInt(nodes.size()));
            case 10, 11 -> stepAClock();
            default -> staff.act(event);
        }
    }

    private void restartRedis(Runnable how) {
        how.run();
        if (!without.contains(Rule.R9) || random.nextBoolean()) {
            faults.redisAwayFor(scheduler.delay(200 * Scheduler.MS));
        }
        nodes.forEach(node -> node.ledger().disconnect());
    }

    private SimulatedNode node() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void crash(int index) {
        nodes.get(index).crash();
        scheduler.after(scheduler.delay(3 * Scheduler.S), () -> restart(index));
    }

    private void restart(int index) {
        if (!nodes.get(index).alive()) {
            nodes.set(index, new SimulatedNode(this));
        }
    }

    /** The news of a change reaches nodes soon, or not at all; mostly somebody has Redis loaded. */
    private void changed(Campaign c) {
        history.changed(c);
        for (SimulatedNode node : nodes) {
            if (chance(0.8)) {
                scheduler.after(scheduler.delay(5 * Scheduler.MS), () -> node.hearsOfAChange(c.id()));
            }
        }
        var turned = new StockTurned(c.id(), c.generation());
        if (chance(0.7)) {
            scheduler.after(scheduler.delay(20 * Scheduler.MS), () -> {
                node().reload(c.id());
                scheduler.after(scheduler.delay(5 * Scheduler.MS), () -> tell(turned));
            });
        }
    }

    private void stepAClock() {
        int by = pick(-7_200_000, -5_000, -500, 500, 5_000, 7_200_000);
        if (random.nextInt(3) > 0) {
            node().clockSteps(by);
        } else { // not far back: reservations would stay open until that time comes again
            redisClockOff += Math.max(by, -5_000);
        }
    }

    /** No more faults: those who wait get their answer, what is reserved is settled, and the rest is sold. */
    private void peace() {
        faults.trace(() -> "PEACE");
        faults.stop();
        for (int i = 0; i < nodes.size(); i++) {
            restart(i);
        }
        for (long event : events) {
            staff.resume(event);
        }
        clients.stream().filter(c -> c.user == SimulatedPostgres.POISON).forEach(c -> c.done = true);
        settle("after the faults");
        events.forEach(history::atRest);
        for (long event : events) {
            sellOut(event);
        }
        settle("at the end");
        events.forEach(history::atRest);
        for (Client client : clients) {
            client.judge();
        }
        history.atTheEnd();
    }

    private void sellOut(long event) {
        Campaign c = postgres.campaign(event);
        if (calm || c.end() - millis() < FAR / 2) {
            return;
        }
        scheduler.runFor(Math.max(0, c.start() - millis()) * Scheduler.MS);
        for (int i = c.total() - c.issued() + 2; i > 0; i--) {
            c.invite(newcomers);
            var client = new Client(newcomers++, event, true);
            clients.add(client);
            client.startAfter(scheduler.delay(50 * Scheduler.MS));
        }
        settle("selling the rest");
        history.check(c.issued() == c.total(), "UNDERSELL", "sold " + c.issued() + " of " + c.total());
    }

    private void settle(String otherwise) {
        long until = scheduler.now() + PEACE;
        while (scheduler.now() < until && !settled()) {
            scheduler.runFor(ROUND);
        }
        history.check(settled(), "STUCK", otherwise);
    }

    private boolean settled() {
        return clients.stream().allMatch(c -> c.done || c.user == SimulatedPostgres.POISON)
                && nodes.stream().allMatch(SimulatedNode::quiet)
                && events.stream().allMatch(history::settled)
                && (!audits()
                        || events.stream()
                                .allMatch(event ->
                                        history.over(event) || driftOf(event).orElse(0L) == 0));
    }

    private Optional<Long> driftOf(long event) {
        Snapshot seen = redis.snapshot(event, redis.run());
        Campaign c = postgres.campaign(event);
        if (seen.epoch() == 0 || seen.epoch() != c.epoch()) {
            return Optional.empty();
        }
        if (c.issued() == c.total()) {
            return Optional.of(seen.stock());
        }
        long consumed = seen.leases().stream()
                .filter(l -> postgres.rows().containsKey(l.rid())
                        && postgres.rows().get(l.rid()).lease().equals(l.lease()))
                .count();
        return Optional.of(seen.stock() + seen.leases().size() - consumed - (c.total() - c.issued()));
    }

    private long millis() {
        return scheduler.now() / Scheduler.MS;
    }

    private boolean chance(double probability) {
        return scheduler.chance(probability);
    }

    private int pick(int... values) {
        return values[random.nextInt(values.length)];
    }

    @Override
    public Scheduler scheduler() {
        return scheduler;
    }

    @Override
    public SimulatedLedger ledger(Supplier<Boolean> alive) {
        return new SimulatedLedger(scheduler, redis, faults, without, leaseMillis, alive, history::look);
    }

    @Override
    public SimulatedBook book(SimulatedLedger ledger, Supplier<Boolean> alive) {
        return new SimulatedBook(scheduler, postgres, server, faults, without, redis, ledger, alive, history::look);
    }

    @Override
    public String code() {
        int number = chance(0.03) ? random.nextInt(codes + 1) : ++codes;
        return "CR-" + number;
    }

    /** The audit would repair what a missing rule breaks. */
    @Override
    public boolean audits() {
        return without.isEmpty();
    }

    @Override
    public boolean sweeps() {
        return !without.contains(Rule.R11);
    }

    @Override
    public Future<Boolean> leads(SimulatedNode node) {
        if (auditing == null || !auditing.alive()) {
            auditing = node;
        }
        return Future.succeededFuture(node.equals(auditing));
    }

    @Override
    public Future<Optional<Long>> drift(long eventId) {
        Promise<Optional<Long>> told = Promise.promise();
        scheduler.after(scheduler.delay(Scheduler.MS), () -> told.complete(driftOf(eventId)));
        return told.future();
    }

    @Override
    public Lane.Bounds bounds() {
        return bounds;
    }

    @Override
    public long deadlineNanos() {
        return deadlineMillis * 1_000_000;
    }

    @Override
    public int waitingMax() {
        return waitingMax;
    }

    @Override
    public void tell(StockTurned news) {
        for (SimulatedNode node : nodes) {
            if (chance(0.8)) {
                scheduler.after(scheduler.delay(5 * Scheduler.MS), () -> node.hears(news));
            }
        }
    }

    @Override
    public void saw(Happening happening) {
        seen.add(happening);
    }

    /** One key: asks some node, and asks again with the same key until the answer is final. */
    private final class Client {
        private final long user;
        private final long event;
        private final UUID rid;
        private final boolean keyed;
        private boolean twin;
        private boolean done;
        private int attempt;
        private @Nullable Issued coupon;
        private @Nullable Refused refusal;
        private boolean neverIssue;

        Client(long user, long event, boolean keyed) {
            this(user, event, new UUID(random.nextLong(), random.nextLong()), keyed);
        }

        Client(long user, long event, UUID rid) {
            this(user, event, rid, true);
        }

        private Client(long user, long event, UUID rid, boolean keyed) {
            this.user = user;
            this.event = event;
            this.rid = rid;
            this.keyed = keyed;
        }

        void startAfter(long micros) {
            scheduler.after(micros, this::ask);
        }

        private void ask() {
            SimulatedNode node = node();
            if (done && coupon == null) {
                return;
            }
            if (!node.alive()) {
                startAfter(scheduler.delay(200 * Scheduler.MS));
                return;
            }
            int mine = ++attempt;
            long asked = scheduler.now();
            faults.trace(() -> "client " + this + " asks");
            node.claim(new IssueCommand(event, user, rid, keyed), outcome -> {
                if (node.alive() && attempt == mine) {
                    faults.trace(() -> "client " + this + " gets " + outcome);
                    hear(outcome, asked);
                }
            });
            // A node that answers does so before this; one that does not is dead.
            scheduler.after((deadlineMillis + IssueEndpoint.LOOKUP_MS + 100) * Scheduler.MS, () -> {
                if (attempt == mine && !done) {
                    againOrNever();
                }
            });
        }

        private void hear(IssueOutcome outcome, long asked) {
            if (outcome instanceof Issued issued) {
                history.check(
                        coupon == null || coupon.couponId() == issued.couponId(), "TWO_COUPONS", this + " " + issued);
                history.acknowledged(issued, rid, event, user);
                coupon = issued;
                if (!done && keyed && chance(0.3)) { // asks once more what it has
                    startAfter(scheduler.delay(2 * Scheduler.S));
                }
                done = true;
            } else if (outcome instanceof Refused refused) {
                history.check(coupon == null, "ISSUED_BUT_REFUSED", this + " " + refused);
                history.refused(refused.why(), event, keyed, asked / Scheduler.MS, millis());
                if (refused.why() == Refusal.EVENT_NOT_STARTED && keyed && random.nextBoolean()) {
                    attempt++;
                    againOrNever(); // that tells it when to come back, and it does
                    return;
                }
                refusal = refused;
                done = true;
                if (refused.why() == Refusal.FORBIDDEN) {
                    history.check(postgres.campaign(event).restricted(), "FALSE_REFUSAL", this + " " + refused);
                }
                if (refused.why() == Refusal.COUPON_SOLD_OUT) {
                    history.check(
                            millis() >= postgres.campaign(event).fullAt(), "FALSE_SOLD_OUT", this + " " + refused);
                }
            } else if (!done) {
                boolean shed = ((Deferred) outcome).overloaded();
                if (shed || scheduler.now() == asked) {
                    seen.add(shed ? Happening.SHED : Happening.TURNED_AWAY_AT_ONCE);
                }
                neverIssue |= shed && !keyed;
                history.check(!calm || user == SimulatedPostgres.POISON, "DEFERRED", this + " without a fault");
                attempt++;
                againOrNever();
            }
        }

        private void againOrNever() {
            if (keyed) {
                startAfter(scheduler.delay(700 * Scheduler.MS));
            } else {
                done = true;
            }
        }

        /** A refusal is final, also for what was still on its way. */
        void judge() {
            history.check(
                    !neverIssue || !postgres.rows().containsKey(rid), "SHED_BUT_ISSUED", this + " was turned away");
            if (refusal != null && !twin) {
                history.check(!postgres.rows().containsKey(rid), "REFUSED_BUT_ISSUED", this + " " + refusal.why());
            }
        }

        @Override
        public String toString() {
            return "user " + user + " event " + event + " key " + rid;
        }
    }
}
