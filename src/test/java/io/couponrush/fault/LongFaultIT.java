package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.fault.Round.Hit;
import io.couponrush.fault.Round.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A million coupons and two hundred faults at random, on two nodes under load; half an hour. The seed is printed, and may
 * be given: {@code -Dfaults.seed=7}; so may the numbers: {@code -Dfaults.coupons=100000 -Dfaults.mishaps=20}.
 */
@Tag("faultlong")
@ExtendWith(OneFleet.class)
class LongFaultIT {
    private static final int COUPONS = Integer.getInteger("faults.coupons", 1_000_000);
    private static final int MISHAPS = Integer.getInteger("faults.mishaps", 200);
    private static final long SEED = Long.getLong("faults.seed", System.nanoTime());

    @Test
    void everybodyIsToldTheTruthWhateverHappens(Fleet fleet) {
        System.out.println("faults.seed=" + SEED);
        var random = new Random(SEED);
        Map<Mishap, Toll> tolls = new EnumMap<>(Mishap.class);
        var total = new Toll();
        Round.warmUp(fleet);
        while (total.acknowledged < COUPONS || total.times() < MISHAPS) {
            Result round = Round.of(fleet, random);
            round.hits().forEach(hit -> {
                tolls.computeIfAbsent(hit.what(), m -> new Toll()).add(hit, round);
                total.add(hit, round);
            });
            System.out.printf("%d mishaps, %d coupons%n", total.times(), total.acknowledged);
        }
        tolls.forEach(
                (mishap, toll) -> FaultTable.add(toll.row(mishap.title, mishap.mayTake, mishap.noticedBy.words())));
        FaultTable.add(total.row("all, seed " + SEED, 10, ""));
        everythingWasTold(fleet);
        var unnoticed = new TreeMap<String, String>();
        var slow = new ArrayList<String>();
        tolls.forEach((mishap, toll) -> {
            if (toll.noticed < toll.times()) unnoticed.put(mishap.title, toll.noticed + " of " + toll.times());
            if (toll.slowest() > mishap.mayTake * Trial.SLACK) slow.add(mishap.title + ": " + toll.slowest() + " s");
        });
        assertThat(unnoticed).isEmpty();
        assertThat(slow).isEmpty();
    }

    private static void everythingWasTold(Fleet fleet) {
        await().atMost(Duration.ofMinutes(3))
                .until(() -> fleet.books()
                                .count("select count(*) from user_coupons c where not exists"
                                        + " (select 1 from notices n where n.message_id = 'issued:' || c.id)")
                        == 0);
    }

    /** What a kind of mishap came to; what a round got wrong is charged to each kind that happened in it. */
    private static final class Toll {
        private final List<Double> recoveries = new ArrayList<>();
        private final List<FaultTable.Row> rounds = new ArrayList<>();
        private int claims;
        private int acknowledged;
        private int noticed;

        void add(Hit hit, Result round) {
            recoveries.add(hit.recovery());
            claims += round.claims().get(hit)[0];
            acknowledged += round.claims().get(hit)[1];
            if (hit.noticed() > 0) noticed++;
            if (rounds.isEmpty() || !rounds.get(rounds.size() - 1).equals(round.end())) rounds.add(round.end());
        }

        int times() {
            return recoveries.size();
        }

        double slowest() {
            return recoveries.stream().mapToDouble(r -> r).max().orElse(0);
        }

        private double median() {
            return recoveries.stream().sorted().skip(times() / 2).findFirst().orElse(0.0);
        }

        FaultTable.Row row(String title, double mayTake, String noticedBy) {
            return new FaultTable.Row(
                    title,
                    times() + " times; median recovery %.1f s".formatted(median()),
                    claims,
                    acknowledged,
                    rounds.stream().mapToLong(r -> r.lost()).sum(),
                    rounds.stream().mapToLong(r -> r.oversold()).sum(),
                    rounds.stream().mapToLong(r -> r.overLimit()).sum(),
                    rounds.stream().mapToLong(r -> r.refusedButIssued()).sum(),
                    rounds.stream().mapToLong(r -> r.stranded()).sum(),
                    slowest(),
                    mayTake,
                    noticed + " of " + times() + (noticedBy.isEmpty() ? "" : " by " + noticedBy));
        }
    }
}
