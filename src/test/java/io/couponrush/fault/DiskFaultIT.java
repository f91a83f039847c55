package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.SmallDisk;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The disk of Postgres is full; a fleet of its own, with a Postgres in a file system of its own. */
@Tag("fault")
@ExtendWith(OneFleet.class) // for the table
class DiskFaultIT {
    private static final int MEGABYTES = 700;

    @Test
    void theDiskOfPostgresIsFull() {
        Path directory = Fleet.newDirectory();
        var mounted = SmallDisk.mount(directory, MEGABYTES);
        assumeTrue(mounted.isPresent(), "this user may not mount a file system in memory (root may)");
        try (var disk = mounted.get()) {
            var started = Fleet.start(directory);
            assumeTrue(started.isPresent(), "there is no redis-server on this machine");
            try (var fleet = started.get()) {
                fillAndFree(fleet, disk);
            }
        }
    }

    private static void fillAndFree(Fleet fleet, SmallDisk disk) {
        var trial = Trial.of(fleet, "disk full", 9, 5).injects("no byte left for 5 s");
        long refused = fleet.postgres().saidInItsLog("No space left on device");
        disk.isFilled();
        Trial.pause(5_000);
        assertThat(fleet.postgres().saidInItsLog("No space left on device")).isGreaterThan(refused);
        trial.isOver();
        disk.hasRoom();
        var outcome = trial.ends();
        assertThat(outcome.counters().get("batches_undecided slow")).isPositive();
        assertThat(outcome.deferred()).isPositive();
        outcome.deferredInTime();
    }
}
