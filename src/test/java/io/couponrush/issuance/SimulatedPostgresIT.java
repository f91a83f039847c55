package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.EPOCH;
import static io.couponrush.issuance.ClaimsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.JointCommits.Batch;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.issuance.SimulatedPostgres.Campaign;
import io.couponrush.issuance.SimulatedPostgres.Sent;
import io.couponrush.issuance.SimulatedPostgres.Together;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The simulated Postgres decides what the functions decide, call by call. */
class SimulatedPostgresIT {
    private static final int SEQUENCES = 60;
    private static final int CALLS = 25;

    private static ClaimsDatabase db;
    private static int together;

    @BeforeAll
    static void open() {
        db = new ClaimsDatabase();
    }

    @AfterAll
    static void close() {
        db.close();
    }

    @Test
    void decidesWhatTheFunctionsDecide() {
        for (int seed = 0; seed < SEQUENCES; seed++) {
            sequence(new SplittableRandom(seed), seed);
        }
        assertThat(together).as("joint commits of both campaigns").isPositive();
    }

    private static void sequence(SplittableRandom random, int seed) {
        var simulated = new SimulatedPostgres(() -> 1, Set.of());
        long[] events = new long[2];
        for (int i = 0; i < events.length; i++) {
            int stock = 1 + random.nextInt(8);
            int perUser = 1 + random.nextInt(3);
            events[i] = db.campaign(stock, perUser);
            db.set(events[i], "epoch = 1");
            var campaign = new Campaign(events[i], stock, perUser, 0, Long.MAX_VALUE);
            simulated.add(campaign);
            simulated.beginEpoch(events[i], 0); // is 1 by that clock
        }
        for (int call = 0; call < CALLS; call++) {
            long event = events[random.nextInt(2)];
            int what = random.nextInt(13);
            if (what < 2) {
                resolve(simulated, event, random, seed);
            } else if (what == 2) {
                change(simulated, event, random);
            } else if (what == 3) {
                rebuild(simulated, event);
            } else if (what == 4) {
                changeGuests(simulated, event, random);
            } else if (what < 8) {
                issueJointly(simulated, events, random, seed);
            } else {
                issue(simulated, event, random, seed);
            }
        }
        for (long event : events) {
            assertThat(db.texts("select seq from user_coupons where event_id = $1 order by rid, seq", event))
                    .hasSize(simulated.campaign(event).issued());
        }
    }

    private static void issue(SimulatedPostgres simulated, long event, SplittableRandom random, int seed) {
        long epoch = epoch(simulated, event, random);
        List<Claim> batch = claims(event, epoch, 1 + random.nextInt(4), random, seed);
        if (random.nextBoolean()) {
            Optional<Verdicts> real =
                    await(db.store().issueFast(event, epoch, batch).otherwise(Optional.empty()));
            Optional<Verdicts> expected = simulated.issueFast(event, epoch, Sent.of(batch));
            assertThat(real.map(SimulatedPostgresIT::told)).isEqualTo(expected.map(SimulatedPostgresIT::told));
        } else {
            Verdicts real = await(db.store().issueBatch(event, epoch, batch));
            assertThat(told(real)).isEqualTo(told(simulated.issueBatch(event, epoch, Sent.of(batch))));
        }
    }

    private static void issueJointly(SimulatedPostgres simulated, long[] events, SplittableRandom random, int seed) {
        var batches = new ArrayList<Batch>();
        for (long event : events) {
            long epoch = epoch(simulated, event, random);
            batches.add(new Batch(event, epoch, claims(event, epoch, 1 + random.nextInt(2), random, seed)));
        }
        Map<Long, Verdicts> real = await(db.issuing().issueJointly(batches));
        Map<Long, Verdicts> expected = simulated.issueJointly(Together.of(batches), event -> false);
        assertThat(told(real)).isEqualTo(told(expected));
        together += real.size() / 2;
    }

    private static long epoch(SimulatedPostgres simulated, long event, SplittableRandom random) {
        long now = simulated.campaign(event).epoch();
        return random.nextInt(10) == 0 ? now + EPOCH : now;
    }

    private static List<Claim> claims(long event, long epoch, int size, SplittableRandom random, int seed) {
        var claims = new ArrayList<Claim>();
        for (int i = 0; i < size; i++) {
            int key = random.nextInt(40);
            String code = "CR-" + seed + "-" + (random.nextInt(30) * 4 + i);
            claims.add(ClaimsDatabase.claim(
                    event, 1 + key % 5, new UUID(seed, key), lease(random, seed, key), random.nextInt(4), epoch, code));
        }
        return claims;
    }

    /** Staff: what is read and decided afterwards is the same, here and there. */
    private static void change(SimulatedPostgres simulated, long event, SplittableRandom random) {
        Campaign c = simulated.campaign(event);
        switch (random.nextInt(4)) {
            case 0 -> simulated.change(event, campaign -> campaign.pause(!campaign.paused()));
            case 1 -> simulated.change(event, campaign -> campaign.resize(campaign.issued() + random.nextInt(4)));
            case 2 -> simulated.change(event, campaign -> campaign.limit(campaign.max() + 1));
            default -> {
                int window = random.nextInt(3); // over, on sale, not open yet; its clock stands at 1
                simulated.change(event, campaign -> campaign.window(window == 2 ? 2 : 0, window == 0 ? 1 : 1_000));
            }
        }
        db.set(
                event,
                "paused = %s, total_count = %d, max_per_user = %d, epoch = %d, soldout_generation = %d,"
                                .formatted(c.paused(), c.total(), c.max(), c.epoch(), c.generation())
                        + " start_time = now() + interval '%d hour', end_time = now() + interval '%d hour'"
                                .formatted(c.start() > 1 ? 1 : -2, c.end() <= 1 ? -1 : 2));
    }

    /** Restricted for a part of the sequence, or from now on; who is on the list changes all the time. */
    private static void changeGuests(SimulatedPostgres simulated, long event, SplittableRandom random) {
        Campaign c = simulated.campaign(event);
        long user = 1L + random.nextInt(5);
        if (random.nextInt(3) == 0) {
            c.restrict();
            db.set(event, "audience = 'restricted'");
        } else if (random.nextBoolean()) {
            c.invite(user);
            db.run(
                    "insert into event_audience (event_id, user_id) values ($1, $2) on conflict do nothing",
                    event,
                    user);
        } else {
            c.remove(user);
            db.run("delete from event_audience where event_id = $1 and user_id = $2", event, user);
        }
        var everybody = Set.of(1L, 2L, 3L, 4L, 5L);
        assertThat(await(db.store().invited(event, everybody))).isEqualTo(simulated.invited(event, everybody));
    }

    private static void rebuild(SimulatedPostgres simulated, long event) {
        long before = simulated.campaign(event).epoch();
        var expected = simulated.beginEpoch(event, before).orElseThrow();
        var real = await(db.store().beginEpoch(event, before)).orElseThrow();
        assertThat(real.epoch()).isGreaterThan(before);
        db.set(event, "epoch = " + expected.epoch());
        assertThat(new CouponBook.Epoch(expected.epoch(), real.free(), real.maxPerUser(), real.generation()))
                .isEqualTo(expected);
        assertThat(await(db.store().countsBefore(event, expected.epoch(), 0)))
                .isEqualTo(simulated.countsBefore(event, expected.epoch(), 0, 5_000));
    }

    private static void resolve(SimulatedPostgres simulated, long event, SplittableRandom random, int seed) {
        int key = random.nextInt(40);
        var leases = List.of(new Settlement(Verb.B, new UUID(seed, key), lease(random, seed, key)));
        assertThat(await(db.store().resolve(event, leases))).isEqualTo(simulated.resolve(leases));
    }

    /** One of two leases that a key may hold. */
    private static UUID lease(SplittableRandom random, int seed, int key) {
        return new UUID(seed * 1_000L + key, random.nextInt(2));
    }

    private static Map<Long, Map<String, String>> told(Map<Long, Verdicts> byEvent) {
        var told = new TreeMap<Long, Map<String, String>>();
        byEvent.forEach((event, verdicts) -> told.put(event, told(verdicts)));
        return told;
    }

    private static Map<String, String> told(Verdicts verdicts) {
        var told = new TreeMap<String, String>();
        verdicts.byRid()
                .forEach((rid, v) -> told.put(
                        rid.toString(),
                        v.decision() + " " + v.sameLease() + " "
                                + Optional.ofNullable(v.coupon()).map(CouponBook.Coupon::code)));
        told.put("stock", verdicts.issued() + "/" + verdicts.total() + "/" + verdicts.generation());
        return told;
    }
}
