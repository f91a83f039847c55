package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.issuance.SimulatedPostgres.Campaign;
import io.vertx.core.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DirectModeTest {
    private static final long EVENT = 1;

    private final LaneBench bench = new LaneBench();
    private final DirectMode direct = bench.directMode(EVENT);

    @BeforeEach
    void openTheCampaign() {
        bench.postgres().add(new Campaign(EVENT, 10, 1, 0, Long.MAX_VALUE));
        loadElsewhere();
    }

    @Test
    void endsWhenRedisWasLoadedLater() {
        Future<Long> epoch = direct.enter();
        assertThat(epoch.result()).isEqualTo(epoch());
        assertThat(direct.on()).isTrue();
        loadElsewhere();

        assertThat(direct.leave().succeeded()).isTrue();

        assertThat(direct.on()).isFalse();
        assertThat(bench.epochsBegun()).isZero();
    }

    @Test
    void loadsRedisByItselfEvenIfNobodyClaims() {
        assertThat(direct.enter().succeeded()).isTrue();
        bench.runFor(300);

        assertThat(direct.on()).isFalse();
        assertThat(bench.epochsBegun()).isEqualTo(1);
    }

    @Test
    void goesOnWhenTheEpochIsToldOnlyAfterRedisWasLoadedInIt() {
        bench.holdStock();
        Future<Long> epoch = direct.enter();
        loadElsewhere();
        assertThat(direct.leave().succeeded()).isTrue();
        assertThat(direct.on()).isFalse();

        bench.letStockGo();

        assertThat(epoch.result()).isEqualTo(epoch());
        assertThat(direct.on()).isTrue();
        bench.runFor(300);
        assertThat(bench.epochsBegun()).isEqualTo(1);
        assertThat(direct.on()).isFalse();
    }

    @Test
    void goesOnWhenClaimsAreSentInTheEpochThatIsBeingLoaded() {
        assertThat(direct.enter().succeeded()).isTrue();
        bench.whileLoading(() -> assertThat(direct.enter().succeeded()).isTrue());

        assertThat(direct.leave().succeeded()).isTrue();

        assertThat(direct.on()).isTrue();
        bench.runFor(300);
        assertThat(bench.epochsBegun()).isEqualTo(2);
        assertThat(direct.on()).isFalse();
    }

    private long epoch() {
        return bench.postgres().campaign(EVENT).epoch();
    }

    private void loadElsewhere() {
        bench.runFor(5);
        var begun = bench.postgres().beginEpoch(EVENT, epoch()).orElseThrow();
        bench.redis().load(EVENT, begun, bench.redis().run());
    }
}
