package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The broker is away: issuing does not care, and what happened is told afterwards. */
@Tag("fault")
@ExtendWith(OneFleet.class)
class BrokerCutFaultIT {
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(60);

    @Test
    void theBrokerIsAwayWhileCouponsAreIssued(Fleet fleet) {
        var trial = Trial.of(fleet, "broker away", 7, 1).injects("connections cut for 6 s");
        fleet.nodes().forEach(node -> node.broker().cut());
        Trial.pause(1_000);
        int issued = trial.issuedSoFar();
        long told = notices(fleet, trial.sale());
        Trial.pause(5_000);
        assertThat(trial.issuedSoFar() - issued).as("coupons meanwhile").isGreaterThan(500);
        assertThat(notices(fleet, trial.sale())).as("told meanwhile").isEqualTo(told);
        assertThat(untold(fleet)).as("outbox rows that wait").isPositive();
        trial.isOver();
        fleet.nodes().forEach(node -> node.broker().pass());
        var outcome = trial.ends();
        assertThat(outcome.deferred()).as("claims that felt it").isZero();

        await().atMost(TOLD_WITHIN).until(() -> untold(fleet) == 0);
        await().atMost(TOLD_WITHIN)
                .until(
                        () -> notices(fleet, trial.sale()),
                        all -> all == outcome.book().rows().size());
    }

    private static long untold(Fleet fleet) {
        return fleet.books().count("select count(*) from outbox where published_at is null");
    }

    /** Of coupons of that sale; a message id is stored once. */
    private static long notices(Fleet fleet, long sale) {
        return fleet.books()
                .count("select count(*) from notices n join user_coupons c on n.message_id = 'issued:' || c.id"
                        + " where c.event_id = " + sale);
    }
}
