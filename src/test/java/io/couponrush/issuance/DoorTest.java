package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.SimulatedPostgres.Campaign;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DoorTest {
    private static final long EVENT = 7;

    private final LaneBench bench = new LaneBench();
    private final Lane lane = bench.lane(EVENT, 64, 500);
    private final List<IssueOutcome> answers = new ArrayList<>();
    private Campaign campaign;

    @BeforeEach
    void open() {
        bench.runFor(5);
        campaign = new Campaign(EVENT, 5, 2, 0, Long.MAX_VALUE);
        campaign.restrict();
        bench.postgres().add(campaign);
        long epoch = bench.postgres().beginEpoch(EVENT, 0).orElseThrow().epoch();
        bench.redis().load(EVENT, new Epoch(epoch, 5, 2, 0), bench.redis().run());
        bench.redis().loadCounts(EVENT, epoch, Map.of(), true);
    }

    private void arrives(long user, UUID rid) {
        lane.offerAtTheDoor(new Claim(new IssueCommand(EVENT, user, rid, true), Long.MAX_VALUE, answers::add));
    }

    @Test
    void reservesNothingForThoseWhoAreNotInvited() {
        campaign.invite(1);
        arrives(1, UUID.randomUUID());
        arrives(2, UUID.randomUUID());
        arrives(3, UUID.randomUUID());
        bench.runFor(10);
        assertThat(answers).filteredOn(answer -> answer instanceof Issued).hasSize(1);
        assertThat(answers).filteredOn(new Refused(Refusal.FORBIDDEN)::equals).hasSize(2);
        assertThat(bench.reservations()).containsExactly(1);
    }

    @Test
    void findsWhatAKeyGotBeforeItsUserWasTakenOff() {
        campaign.invite(1);
        UUID rid = UUID.randomUUID();
        arrives(1, rid);
        bench.runFor(10);
        campaign.remove(1);
        arrives(1, rid);
        arrives(1, UUID.randomUUID());
        bench.runFor(10);
        assertThat(answers.get(1)).isInstanceOfSatisfying(Issued.class, coupon -> assertThat(coupon.replayed())
                .isTrue());
        assertThat(answers.get(2)).isEqualTo(new Refused(Refusal.FORBIDDEN));
    }

    @Test
    void givesTheUnitBackWhenTheUserIsTakenOffInBetween() {
        campaign.invite(1);
        bench.afterReserving(() -> campaign.remove(1));
        arrives(1, UUID.randomUUID());
        bench.runFor(50);
        assertThat(answers).containsExactly(new Refused(Refusal.FORBIDDEN));
        assertThat(bench.postgres().rows()).isEmpty();
        assertThat(bench.redis().snapshot(EVENT, bench.redis().run()).stock()).isEqualTo(5);
        assertThat(bench.leases(EVENT)).isEmpty();
    }

    @Test
    void isNotIdleWhileSomebodyWaits() {
        arrives(1, UUID.randomUUID());
        assertThat(lane.idle()).isFalse();
        bench.runFor(10);
        assertThat(lane.idle()).isTrue();
    }
}
