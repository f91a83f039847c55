package io.couponrush.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CampaignsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final List<Promise<Campaign>> readings = new ArrayList<>();
    private final List<Campaign> shared = new ArrayList<>();
    private Future<Campaign> keptByOthers = Future.succeededFuture();
    private final Campaigns campaigns = new Campaigns(this::read, new Shared(), nanos::get);

    private final class Shared implements Campaigns.Shared {
        @Override
        public Future<Campaign> get(long eventId) {
            return keptByOthers;
        }

        @Override
        public void put(Campaign campaign) {
            shared.add(campaign);
        }
    }

    private Future<Campaign> read(long eventId) {
        Promise<Campaign> promise = Promise.promise();
        readings.add(promise);
        return promise.future();
    }

    @Test
    void knowsNothingWithoutAReading() {
        assertThat(campaigns.known(1)).isNull();
        assertThat(readings).isEmpty();
    }

    @Test
    void readsOnceForAllWhoWait() {
        var first = campaigns.find(1);
        var second = campaigns.fresh(1);
        readings.get(0).complete(Sample.campaign());
        assertThat(readings).hasSize(1);
        assertThat(first.result()).isEqualTo(Sample.campaign()).isEqualTo(second.result());
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign());
    }

    @Test
    void servesTheOldOneWhileItReadsAgain() {
        know(Sample.campaign(1, 1, 0));
        after(Duration.ofSeconds(1));
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(1, 1, 0));
        assertThat(campaigns.find(1).result()).isEqualTo(Sample.campaign(1, 1, 0));
        assertThat(readings).hasSize(2);
        readings.get(1).complete(Sample.campaign(1, 1, 7));
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(1, 1, 7));
    }

    @Test
    void freshWaitsForTheNewOne() {
        know(Sample.campaign(1, 1, 0));
        after(Duration.ofSeconds(1));
        var fresh = campaigns.fresh(1);
        assertThat(fresh.isComplete()).isFalse();
        readings.get(1).complete(Sample.campaign(1, 1, 7));
        assertThat(fresh.result()).isEqualTo(Sample.campaign(1, 1, 7));
    }

    @Test
    void forgetsAfterAMinuteWithoutASuccessfulReading() {
        know(Sample.campaign());
        after(Duration.ofSeconds(59));
        assertThat(campaigns.known(1)).isNotNull();
        readings.get(1).fail("database is away");
        after(Duration.ofSeconds(1));
        assertThat(campaigns.known(1)).isNull();
    }

    @Test
    void asksOnlyOnceASecondWhileReadingsFail() {
        know(Sample.campaign());
        after(Duration.ofSeconds(2));
        for (int i = 0; i < 10; i++) {
            assertThat(campaigns.known(1)).isNotNull();
            readings.get(1).tryFail("database is away");
        }
        assertThat(readings).hasSize(2);
        after(Duration.ofSeconds(1));
        assertThat(campaigns.known(1)).isNotNull();
        assertThat(readings).hasSize(3);
    }

    @Test
    void remembersForASecondThatThereIsNone() {
        assertThat(campaigns.find(1).isComplete()).isFalse();
        readings.get(0).complete(null);
        assertThat(campaigns.find(1).succeeded()).isTrue();
        assertThat(readings).hasSize(1);
        after(Duration.ofSeconds(1));
        assertThat(campaigns.find(1).isComplete()).isFalse();
        assertThat(readings).hasSize(2);
    }

    @Test
    void failedReadingIsNotRemembered() {
        var failed = campaigns.find(1);
        readings.get(0).fail("database is away");
        assertThat(failed.failed()).isTrue();
        assertThat(campaigns.find(1).isComplete()).isFalse();
        assertThat(readings).hasSize(2);
    }

    /** The reader took its row before the commit, and comes back after the news of it. */
    @Test
    void lateReaderDoesNotPutTheOldValueBack() {
        know(Sample.campaign(1, 1, 0));
        after(Duration.ofSeconds(1));
        assertThat(campaigns.known(1)).isNotNull(); // begins a reading
        campaigns.changed(1, 2);
        assertThat(campaigns.known(1)).isNull();
        var asked = campaigns.find(1);
        readings.get(1).complete(Sample.campaign(1, 1, 0));
        assertThat(asked.isComplete()).isFalse();
        readings.get(2).complete(Sample.campaign(2, 2, 0));
        assertThat(asked.result()).isEqualTo(Sample.campaign(2, 2, 0));
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(2, 2, 0));
    }

    @Test
    void newsOfACampaignThatWasNeverReadHoldAgainstALateReaderToo() {
        campaigns.changed(1, 2);
        var asked = campaigns.find(1);
        readings.get(0).complete(null); // as of before it was made
        readings.get(1).complete(Sample.campaign(2, 2, 0));
        assertThat(asked.result()).isEqualTo(Sample.campaign(2, 2, 0));
    }

    @Test
    void newsOfWhatIsKnownAlreadyChangeNothing() {
        know(Sample.campaign(2, 2, 0));
        campaigns.changed(1, 1);
        campaigns.changed(1, 2);
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(2, 2, 0));
    }

    @Test
    void whoDoesNotKnowTheVersionHasItReadAnew() {
        know(Sample.campaign(2, 2, 0));
        campaigns.changed(1, 0);
        assertThat(campaigns.known(1)).isNull();
    }

    /** A database restored from a backup is behind what nodes remember. */
    @Test
    void truthBelowTheNewsIsBelieved() {
        campaigns.changed(1, 9);
        var asked = campaigns.find(1);
        readings.get(0).complete(Sample.campaign(1, 1, 0));
        readings.get(1).complete(Sample.campaign(1, 1, 0));
        assertThat(asked.result()).isEqualTo(Sample.campaign(1, 1, 0));
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(1, 1, 0));
    }

    @Test
    void soldOutNewsLeaveTheTermsAndAgeTheCounts() {
        know(Sample.campaign(1, 1, 0));
        campaigns.turned(1, 1);
        assertThat(campaigns.known(1)).isNotNull();
        var fresh = campaigns.fresh(1);
        readings.get(1).complete(Sample.campaign(1, 1, 99)); // began before it sold out
        assertThat(fresh.isComplete()).isFalse();
        readings.get(2).complete(Sample.soldOut());
        assertThat(fresh.result()).isEqualTo(Sample.soldOut());
    }

    @Test
    void whatThisNodeCommittedIsKnownAndShared() {
        campaigns.learn(Sample.campaign(2, 2, 0));
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(2, 2, 0));
        assertThat(shared).containsExactly(Sample.campaign(2, 2, 0));
        campaigns.learn(Sample.campaign(1, 1, 0)); // two changes, told in the other order
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(2, 2, 0));
        assertThat(readings).isEmpty();
    }

    @Test
    void nodeThatKnowsNothingTakesWhatIsSharedAndReadsTheTruth() {
        keptByOthers = Future.succeededFuture(Sample.campaign(1, 1, 0));
        assertThat(campaigns.find(1).result()).isEqualTo(Sample.campaign(1, 1, 0));
        assertThat(readings).hasSize(1);
        readings.get(0).complete(Sample.campaign(2, 2, 5));
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(2, 2, 5));
        assertThat(shared).containsExactly(Sample.campaign(2, 2, 5));
    }

    /** Redis outlived the database it was filled from. */
    @Test
    void truthReplacesWhatIsSharedEvenWhenThatLooksNewer() {
        keptByOthers = Future.succeededFuture(Sample.campaign(9, 9, 0));
        assertThat(campaigns.find(1).result()).isEqualTo(Sample.campaign(9, 9, 0));
        readings.get(0).complete(Sample.campaign(1, 1, 0));
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(1, 1, 0));
    }

    @Test
    void whatIsSharedIsNeverFreshAndNeverOlderThanTheNews() {
        keptByOthers = Future.succeededFuture(Sample.campaign(1, 1, 0));
        var fresh = campaigns.fresh(1);
        assertThat(fresh.isComplete()).isFalse();
        readings.get(0).complete(Sample.campaign(2, 2, 0));
        assertThat(fresh.result()).isEqualTo(Sample.campaign(2, 2, 0));
        campaigns.changed(1, 3);
        var found = campaigns.find(1);
        assertThat(found.isComplete()).isFalse();
        readings.get(1).complete(Sample.campaign(3, 3, 0));
        assertThat(found.result()).isEqualTo(Sample.campaign(3, 3, 0));
    }

    @Test
    void sharedLevelThatIsAwayIsPassedBy() {
        keptByOthers = Future.failedFuture("Redis is away");
        var found = campaigns.find(1);
        readings.get(0).complete(Sample.campaign());
        assertThat(found.result()).isEqualTo(Sample.campaign());
    }

    @Test
    void knowsForAMomentThatSomethingChanged() {
        assertThat(campaigns.changedWithin(Duration.ofSeconds(2))).isFalse();
        campaigns.changed(1, 2);
        assertThat(campaigns.changedWithin(Duration.ofSeconds(2))).isTrue();
        after(Duration.ofSeconds(3));
        assertThat(campaigns.changedWithin(Duration.ofSeconds(2))).isFalse();
    }

    @Test
    void olderVersionNeverReplacesANewerOne() {
        know(Sample.campaign(2, 2, 0));
        after(Duration.ofSeconds(1));
        assertThat(campaigns.known(1)).isNotNull();
        readings.get(1).complete(Sample.campaign(1, 1, 0));
        assertThat(campaigns.known(1)).isEqualTo(Sample.campaign(2, 2, 0));
    }

    @Test
    void readingThatNeverEndsDoesNotBlockTheNext() {
        assertThat(campaigns.find(1).isComplete()).isFalse();
        after(Duration.ofSeconds(5));
        var second = campaigns.find(1);
        readings.get(1).complete(Sample.campaign());
        assertThat(second.result()).isEqualTo(Sample.campaign());
    }

    @Test
    void whoWaitsGoesOnWhereHeWas() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            var context = vertx.getOrCreateContext();
            Promise<Boolean> same = Promise.promise();
            Promise<Void> asked = Promise.promise();
            context.runOnContext(v -> {
                campaigns.find(1).onComplete(c -> same.complete(Vertx.currentContext() == context));
                asked.complete();
            });
            asked.future().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
            readings.get(0).complete(Sample.campaign());
            assertThat(same.future().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS))
                    .isTrue();
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        }
    }

    private void know(Campaign campaign) {
        assertThat(campaigns.find(1).isComplete()).isFalse();
        readings.get(0).complete(campaign);
    }

    private void after(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
