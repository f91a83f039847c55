package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Crowd;
import io.couponrush.testkit.LiveHeap;
import io.couponrush.testkit.ReadBack;
import io.couponrush.testkit.TcpProxy;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** More claims than can be served. The nodes are told to do little at a time, so that the machine itself is not the bound. */
@Tag("fault")
@ExtendWith(OneFleet.class)
class OverloadFaultIT {
    private static final Map<String, String> LITTLE =
            Map.of("COUPONRUSH_ISSUANCE_BATCH_MAX", "16", "COUPONRUSH_ISSUANCE_WAITING", "128");
    private static final int SECONDS = 6;

    @BeforeEach
    void doLittleAtATime(Fleet fleet) {
        for (Fleet.Node node : fleet.nodes()) {
            node.process().isKilled();
            node.process().isTold(LITTLE);
            node.process().start();
        }
    }

    @AfterEach
    void doAsUsual(Fleet fleet) {
        for (Fleet.Node node : fleet.nodes()) {
            node.process().isKilled();
            node.process().forgets(LITTLE.keySet());
            node.isWell();
        }
    }

    private enum Slow {
        POSTGRES,
        REDIS;

        TcpProxy line(Fleet.Node node) {
            return this == POSTGRES ? node.postgres() : node.redis();
        }
    }

    @ParameterizedTest
    @EnumSource
    void threeTimesAsManyComeAsCanBeServed(Slow slow, Fleet fleet) {
        fleet.nodes().forEach(node -> slow.line(node).slow(50));
        var callers = fleet.callers(8_000);
        long sale = fleet.staff().opens(Reckoning.sale(8_000));
        List<Press> presses = callers.presses(sale, 2);
        try (var gauges = new Gauges(fleet)) {
            Answers served = meanwhile(fleet, callers, presses.subList(0, 8_000), Callers::start);
            int most = served.issued().size() / SECONDS;
            List<Long> heaps = heaps(fleet);
            Answers rush = meanwhile(
                    fleet,
                    callers,
                    presses.subList(8_000, 16_000),
                    (half, all) -> half.startAt(most * 3 / 2, all, new ReadBack(fleet)));
            assertThat(most).as("coupons a second").isGreaterThan(50);
            assertThat(rush.all().size()).as("that many came").isGreaterThan(most * 5 / 2 * SECONDS);
            assertThat(rush.issued().size()).as("of %d", most * SECONDS).isGreaterThan(most * SECONDS * 8 / 10);
            assertThat(rush.refusedWith("OVERLOADED")).isNotEmpty().allMatch(a -> a.headers()
                    .contains("Retry-After"));
            assertThat(rush.refusedWith("OVERLOADED"))
                    .as("told at once")
                    .filteredOn(OverloadFaultIT::tookLong)
                    .hasSizeLessThan(rush.all().size() / 20);
            assertThat(gauges.beyond()).isEmpty();
            List<Long> after = heaps(fleet);
            for (int i = 0; i < heaps.size(); i++) {
                assertThat(after.get(i) - heaps.get(i)).as("I18: heap").isLessThan(LiveHeap.FLAT);
            }
            doAsUsual(fleet);
            var end = Reckoning.of(fleet, sale, callers, served.and(rush));
            FaultTable.add(FaultTable.Row.of(
                    "overload",
                    "3 times what can be served with " + slow + " slow, " + SECONDS + " s",
                    end,
                    0,
                    0,
                    rush.tally().toString()));
            end.holds(fleet);
        }
    }

    private static List<Long> heaps(Fleet fleet) {
        return fleet.nodes().stream().map(node -> LiveHeap.of(node.process())).toList();
    }

    /** What came of pressing at both nodes for so long. */
    private static Answers meanwhile(
            Fleet fleet, Callers callers, List<Press> presses, BiFunction<Callers, List<Press>, Crowd> press) {
        int half = presses.size() / 2;
        var first = press.apply(callers.at(fleet.a().process()), presses.subList(0, half));
        var second = press.apply(callers.at(fleet.b().process()), presses.subList(half, presses.size()));
        Trial.pause(SECONDS * 1_000);
        first.stop();
        second.stop();
        return first.answers().and(second.answers());
    }

    private static boolean tookLong(Answer answer) {
        return answer.ended() - answer.started() > 250_000_000L;
    }
}
