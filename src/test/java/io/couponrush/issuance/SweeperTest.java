package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.SimulatedPostgres.Campaign;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SweeperTest {
    private static final long EVENT = 1;

    private final LaneBench bench = new LaneBench();
    private final Sweeper sweeper = bench.sweeper();

    /** Redis kept what it knew, sold out and all, and Postgres comes from a backup. */
    @Test
    void loadsRedisWhenItIsAheadOfPostgres() {
        bench.postgres().add(new Campaign(EVENT, 10, 1, 0, Long.MAX_VALUE));
        bench.redis().load(EVENT, new Epoch(1_000, 0, 1, 1), bench.redis().run());
        bench.redis().loadCounts(EVENT, 1_000, Map.of(), true);

        assertThat(sweeper.sweep().succeeded()).isTrue();
        assertThat(bench.epochsBegun()).as("it may be just under way").isZero();
        assertThat(sweeper.sweep().succeeded()).isTrue();

        assertThat(bench.epochsBegun()).isEqualTo(1);
        assertThat(bench.stock(EVENT)).isEqualTo(10);
    }
}
