package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.bus.IssueCommand;
import io.couponrush.issuance.CouponBook.Verdicts;
import io.couponrush.issuance.JointCommits.Batch;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JointCommitsTest {
    private static final long EPOCH = 7;
    private static final Verdicts ISSUED = new Verdicts(Map.of(), 1, 9, 0);

    private final List<Long> alone = new ArrayList<>();
    private final List<Promise<Optional<Verdicts>>> aloneDecided = new ArrayList<>();
    private final List<List<Long>> together = new ArrayList<>();
    private final List<Promise<Map<Long, Verdicts>>> togetherDecided = new ArrayList<>();
    private final List<Integer> joined = new ArrayList<>();

    private final JointCommits commits = new JointCommits(
            new JointCommits.Store() {
                @Override
                public Future<Optional<Verdicts>> issueFast(long eventId, long epoch, List<Claim> batch) {
                    assertThat(epoch).isEqualTo(EPOCH);
                    alone.add(eventId);
                    aloneDecided.add(Promise.promise());
                    return aloneDecided.get(aloneDecided.size() - 1).future();
                }

                @Override
                public Future<Map<Long, Verdicts>> issueJointly(List<Batch> batches) {
                    together.add(batches.stream().map(Batch::eventId).toList());
                    togetherDecided.add(Promise.promise());
                    return togetherDecided.get(togetherDecided.size() - 1).future();
                }
            },
            40,
            joined::add);

    @CanIgnoreReturnValue
    private Future<Optional<Verdicts>> send(long eventId, int claims) {
        return send(
                eventId,
                IntStream.range(0, claims).mapToObj(i -> UUID.randomUUID()).toList());
    }

    @CanIgnoreReturnValue
    private Future<Optional<Verdicts>> send(long eventId, List<UUID> keys) {
        return commits.issueFast(
                eventId,
                EPOCH,
                keys.stream()
                        .map(rid -> new Claim(new IssueCommand(eventId, 1, rid, true), Long.MAX_VALUE, outcome -> {}))
                        .toList());
    }

    @Test
    void letsABatchGoAloneWhenNoneIsUnderWay() {
        Future<Optional<Verdicts>> first = send(1, 1);
        aloneDecided.get(0).complete(Optional.of(ISSUED));
        send(2, 1);

        assertThat(first.result()).contains(ISSUED);
        assertThat(alone).containsExactly(1L, 2L);
        assertThat(together).isEmpty();
    }

    @Test
    void collectsTheOthersForOneCommitAtATime() {
        send(1, 1);
        Future<Optional<Verdicts>> second = send(2, 1);
        send(3, 1);
        send(4, 2);

        assertThat(together).containsExactly(List.of(2L));
        togetherDecided.get(0).complete(Map.of(2L, ISSUED));

        assertThat(second.result()).contains(ISSUED);
        assertThat(together).containsExactly(List.of(2L), List.of(3L, 4L));
        assertThat(joined).containsExactly(1, 2);
        assertThat(alone).containsExactly(1L);
    }

    @Test
    void waitsForNobodyWhoWaitsAlone() {
        send(1, 1); // and its campaign is locked by somebody
        send(2, 1);
        togetherDecided.get(0).complete(Map.of(2L, ISSUED));

        send(3, 1);

        assertThat(together).containsExactly(List.of(2L), List.of(3L));
    }

    @Test
    void sendsALargeBatchAtOnce() {
        send(1, 1);
        send(2, 1);

        send(3, JointCommits.LARGE);
        send(4, JointCommits.LARGE - 1);

        assertThat(alone).containsExactly(1L, 3L);
        togetherDecided.get(0).complete(Map.of());
        assertThat(together.get(1)).containsExactly(4L);
    }

    @Test
    void sendsAloneWhatWasLeftOut() {
        send(1, 1);
        send(2, 1);
        Future<Optional<Verdicts>> third = send(3, 1);
        Future<Optional<Verdicts>> fourth = send(4, 1);
        togetherDecided.get(0).complete(Map.of(2L, ISSUED));

        togetherDecided.get(1).complete(Map.of(4L, ISSUED));

        assertThat(alone).containsExactly(1L, 3L);
        assertThat(fourth.result()).contains(ISSUED);
        assertThat(third.isComplete()).isFalse();
        aloneDecided.get(1).complete(Optional.empty());
        assertThat(third.result()).isEmpty();
    }

    @Test
    void letsNobodyWaitWhenOneIsNotAnswered() {
        send(1, 1);
        Future<Optional<Verdicts>> second = send(2, 1);
        Future<Optional<Verdicts>> third = send(3, 1);

        togetherDecided.get(0).fail("connection lost");

        assertThat(second.failed()).isTrue();
        assertThat(third.result()).isEmpty();
        send(4, 1);
        assertThat(together).containsExactly(List.of(2L), List.of(4L));
    }

    @Test
    void takesNoMoreThanItMay() {
        send(1, 1);
        send(2, 1);
        send(3, 20);
        send(4, 20);
        send(5, 1);
        togetherDecided.get(0).complete(Map.of());
        togetherDecided.get(1).complete(Map.of());

        assertThat(together).containsExactly(List.of(2L), List.of(3L, 4L), List.of(5L));
    }

    @Test
    void takesAKeyOnce() {
        UUID key = UUID.randomUUID();
        send(1, 1);
        send(2, 1);
        send(3, List.of(key));
        send(4, List.of(key));
        send(5, 1);
        togetherDecided.get(0).complete(Map.of());
        togetherDecided.get(1).complete(Map.of());

        assertThat(together).containsExactly(List.of(2L), List.of(3L), List.of(4L, 5L));
    }

    @Test
    void putsWhoGoesOnAtOnceIntoTheNextCommit() {
        send(1, 1);
        send(2, 1).onSuccess(issued -> send(2, 1));
        send(3, 1);

        togetherDecided.get(0).complete(Map.of(2L, ISSUED));

        assertThat(together).containsExactly(List.of(2L), List.of(3L, 2L));
    }
}
