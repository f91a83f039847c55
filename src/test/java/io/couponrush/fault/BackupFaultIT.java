package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Postgres comes back as it was a while ago, and Redis remembers more than it does. */
@Tag("fault")
@ExtendWith(OneFleet.class)
class BackupFaultIT {
    @Test
    void postgresIsRestoredFromAnOlderBackup(Fleet fleet) {
        var callers = fleet.callers(600);
        long sale = fleet.staff().opens(Reckoning.sale(600));
        var presses = callers.presses(sale, 2);
        Answers before = callers.insist(callers.press(presses.subList(0, 300)), 20);

        fleet.postgres().dies();
        fleet.postgres().isBackedUp();
        fleet.startPostgres();
        Answers forgotten = callers.insist(callers.press(presses.subList(300, 600)), 20);
        long epoch = fleet.books().shelf(sale).epoch();
        fleet.postgres().dies();
        fleet.postgres().restores();
        fleet.startPostgres();
        assertThat(before.and(forgotten).coupons()).hasSize(600);
        assertThat(fleet.books().of(sale).rows()).as("as it was").hasSize(300);

        Answers after = callers.insist(callers.press(presses.subList(600, presses.size())), 30);
        var end = Reckoning.of(fleet, sale, callers, before.and(after));
        FaultTable.add(FaultTable.Row.of(
                "Postgres restored", "300 coupons older than Redis; those 300 are gone", end, 0, 0, ""));
        end.holds(fleet);
        assertThat(fleet.books().of(sale).epoch()).as("Redis was loaded anew").isGreaterThan(epoch);
    }
}
