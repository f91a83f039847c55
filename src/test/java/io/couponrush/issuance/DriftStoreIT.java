package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.EPOCH;
import static io.couponrush.issuance.ClaimsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.couponrush.backing.Postgres;
import io.couponrush.backing.RedisLink;
import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Snapshot;
import io.couponrush.issuance.Ledger.Verb;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The audit's look at Postgres: exact, by one node, and never in anybody's way for long. */
class DriftStoreIT {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration IDLE = Duration.ofSeconds(3);

    private static ClaimsDatabase db;

    private final Pool session = session();
    private final DriftStore drift = new DriftStore(session);
    private long event;

    @BeforeAll
    static void open() {
        db = new ClaimsDatabase();
    }

    @AfterAll
    static void close() {
        db.close();
        await(VERTX.close());
    }

    @BeforeEach
    void openACampaign() {
        event = db.campaign(10, 1);
    }

    @AfterEach
    void closeTheSession() {
        await(session.close());
    }

    private static Pool session() {
        Settings settings = SettingsLoader.read(Profile.DEV, Map.of("COUPONRUSH_POSTGRES_URI", db.uri()))
                .settings();
        return Postgres.session(VERTX, settings.postgres(), "postgres-audit", IDLE);
    }

    @Test
    void findsNothingWhereRedisIsRight() {
        Claim committed = ClaimsDatabase.claim(event, 1, 1);
        db.batch(event, committed);
        var open = new Settlement(Verb.B, UUID.randomUUID(), UUID.randomUUID());
        var consumed = new Settlement(Verb.C, committed.rid(), committed.lease());

        assertThat(drift(new Snapshot(EPOCH, 8, List.of(open, consumed)))).contains(0L);
    }

    @Test
    void findsTheUnitsThatRedisInventedOrForgot() {
        assertThat(drift(new Snapshot(EPOCH, 13, List.of()))).contains(3L);
        assertThat(drift(new Snapshot(EPOCH, 9, List.of()))).contains(-1L);
    }

    @Test
    void comparesNothingOfAnotherEpoch() {
        assertThat(drift(new Snapshot(0, 0, List.of()))).isEmpty();
        assertThat(drift(new Snapshot(EPOCH - 1, 99, List.of()))).isEmpty();
    }

    @Test
    void oneNodeLeadsUntilItsSessionEnds() {
        Pool other = session();
        var second = new DriftStore(other);

        assertThat(await(drift.leads())).isTrue();
        assertThat(await(second.leads())).isFalse();
        assertThat(await(drift.leads())).isTrue();
        assertThat(drift(new Snapshot(EPOCH, 10, List.of()))).contains(0L);
        assertThat(await(second.leads())).isFalse();

        db.run("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted"
                + " and database = (select oid from pg_database where datname = current_database())");
        becomesLeader(second);
        assertThat(await(drift.leads().otherwise(false))).isFalse();
        await(other.close());
    }

    @Test
    void twoAuditorsLookAtACampaignOnce() {
        Pool other = session();
        var looks = new int[2];
        Auditor first = auditor(drift, looks, 0);
        Auditor second = auditor(new DriftStore(other), looks, 1);

        long campaigns = db.number("select count(*) from coupon_events");
        for (int round = 0; round < 3; round++) {
            await(Future.join(first.audit(), second.audit()));
        }

        assertThat(looks).containsExactlyInAnyOrder(0, 3 * (int) campaigns);
        await(other.close());
    }

    private static Auditor auditor(DriftStore store, int[] looks, int node) {
        var redis = new RedisLink(VERTX, "redis://127.0.0.1:1", IDLE, 1, () -> {});
        var ledger = new StockLedger(redis, IDLE);
        var rebuilder = new Rebuilder(ledger, db.store(), new VertxTimers(VERTX, VERTX.getOrCreateContext()), () -> {});
        Auditor.Drift counting = (id, snapshot) -> {
            looks[node]++;
            return store.drift(id, () -> Future.succeededFuture(new Snapshot(0, 0, List.of())));
        };
        return new Auditor(ledger, db.store(), store::leads, counting, rebuilder, units -> {});
    }

    @Test
    void letsTheCampaignGoWhenRedisKeepsSilent() {
        assertThatThrownBy(() -> await(
                        drift.drift(event, () -> Promise.<Snapshot>promise().future())))
                .hasStackTraceContaining("Timeout");

        assertThat(db.decide(event, ClaimsDatabase.claim(event, 1, 1))).containsExactly(CouponBook.Decision.ISSUED);
    }

    /** As if the node were suspended while it holds the row and leads. */
    @Test
    void losesTheCampaignAndTheLeadWhenItsNodeHangs() {
        assertThat(await(drift.leads())).isTrue();
        var held = await(session.getConnection()
                .onSuccess(connection -> connection.exceptionHandler(ended -> {}))
                .compose(connection -> connection
                        .begin()
                        .compose(tx -> connection
                                .preparedQuery("select from coupon_events where id = $1 for update")
                                .execute(Tuple.of(event)))
                        .map(connection)));

        assertThat(db.decide(event, ClaimsDatabase.claim(event, 1, 1))).containsExactly(CouponBook.Decision.ISSUED);
        Pool other = session();
        becomesLeader(new DriftStore(other));
        await(held.close().otherwiseEmpty());
        await(other.close());
    }

    private static void becomesLeader(DriftStore store) {
        Awaitility.await().atMost(10, TimeUnit.SECONDS).until(() -> await(store.leads()));
    }

    private Optional<Long> drift(Snapshot seen) {
        return await(drift.drift(event, () -> Future.succeededFuture(seen)));
    }
}
