package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.backing.RedisLink;
import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.Ledger.Ask;
import io.couponrush.issuance.Ledger.Overdue;
import io.couponrush.issuance.Ledger.Reserved;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.testkit.Backends;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The simulated Redis answers what the scripts answer, call by call. */
class SimulatedRedisIT {
    private static final int SEQUENCES = 40;
    private static final int CALLS = 60;
    private static final List<Verb> VERBS = List.of(Verb.values());

    private static Vertx vertx;
    private static RedisLink link;
    private static StockLedger real;

    private final SimulatedRedis simulated = new SimulatedRedis(() -> 0, false);

    @BeforeAll
    static void connect() {
        vertx = Vertx.vertx();
        link = new RedisLink(vertx, Backends.shared().redisUri(), Duration.ofSeconds(5), 1_000, () -> {});
        await(link.start());
        real = new StockLedger(link, Duration.ofMinutes(1));
    }

    @AfterAll
    static void close() {
        await(link.stop());
        await(vertx.close());
    }

    @Test
    void doesWhatTheScriptsDo() {
        long events = ThreadLocalRandom.current().nextLong(1L << 40, 1L << 50);
        for (int seed = 0; seed < SEQUENCES; seed++) {
            sequence(new SplittableRandom(seed), events + seed);
        }
    }

    private void sequence(SplittableRandom random, long event) {
        var leases = new ArrayList<Settlement>();
        for (int call = 0; call < CALLS; call++) {
            switch (random.nextInt(8)) {
                case 0 -> load(event, new Epoch(1 + random.nextInt(4), random.nextInt(9), 3, random.nextInt(2)));
                case 1 -> counts(event, 1 + random.nextInt(4), Map.of(1L + random.nextInt(3), 1), random.nextBoolean());
                case 2, 3 -> settle(event, 1 + random.nextInt(4), some(random, leases), random.nextInt(20) / 19);
                default -> reserve(event, random, leases);
            }
            Overdue expected = simulated.overdue(event, simulated.run(), 100);
            assertThat(await(real.overdue(event, 100, 0))).isEqualTo(expected);
            var open = await(real.snapshot(event));
            var alike = simulated.snapshot(event, simulated.run());
            assertThat(open.stock()).isEqualTo(alike.stock());
            assertThat(open.leases()).containsExactlyInAnyOrderElementsOf(alike.leases());
        }
        await(real.load(event, new Epoch(99, 0, 1, 0)));
        await(real.overdue(event, 1, 1)); // lets the keys go
    }

    private void load(long event, Epoch epoch) {
        await(real.load(event, epoch));
        simulated.load(event, epoch, simulated.run());
    }

    private void counts(long event, long epoch, Map<Long, Integer> counts, boolean last) {
        await(real.loadCounts(event, epoch, counts, last));
        simulated.loadCounts(event, epoch, counts, last);
    }

    private void settle(long event, long epoch, List<Settlement> settlements, int generation) {
        await(real.settle(event, epoch, settlements, generation));
        simulated.settle(event, epoch, settlements, generation);
    }

    private static List<Settlement> some(SplittableRandom random, List<Settlement> leases) {
        var some = new ArrayList<Settlement>();
        for (int i = 0; i < 3 && !leases.isEmpty(); i++) {
            Settlement s = leases.get(random.nextInt(leases.size()));
            Verb verb = VERBS.get(random.nextInt(VERBS.size()));
            some.add(new Settlement(verb, s.rid(), s.lease()));
        }
        return some;
    }

    private void reserve(long event, SplittableRandom random, List<Settlement> leases) {
        var asks = new ArrayList<Ask>();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            long key = random.nextInt(12);
            var ask = new Ask(new UUID(event, key), 1 + key % 4, new UUID(random.nextLong(), key));
            asks.add(ask);
            leases.add(new Settlement(Verb.C, ask.rid(), ask.newLease()));
        }
        Reserved expected = simulated.reserve(event, simulated.run(), 60_000, asks);
        assertThat(await(real.reserve(event, asks))).isEqualTo(expected);
    }
}
