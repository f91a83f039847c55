package io.couponrush.issuance;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.backing.Postgres;
import io.couponrush.bus.Addresses;
import io.couponrush.bus.Codecs;
import io.couponrush.bus.IssueCommand;
import io.couponrush.bus.IssueOutcome;
import io.couponrush.bus.IssueOutcome.Issued;
import io.couponrush.bus.IssueOutcome.Refused;
import io.couponrush.bus.Refusal;
import io.couponrush.campaign.CampaignStore;
import io.couponrush.campaign.Campaigns;
import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.ops.Meters;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Schema;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IssuanceVerticleIT {
    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private Settings settings;
    private IssuanceClient client;
    private Pool pool;

    @BeforeAll
    void start() {
        var database = Backends.shared().freshDatabase();
        settings = SettingsLoader.read(
                        Profile.DEV,
                        Map.of(
                                "COUPONRUSH_POSTGRES_URI",
                                database,
                                "COUPONRUSH_REDIS_URI",
                                Backends.shared().redisUri()))
                .settings();
        Schema.apply(database);
        pool = Postgres.pool(vertx, settings.postgres(), () -> {});
        // Redis is shared, and its keys are made of ids
        long first = ThreadLocalRandom.current().nextLong(1L << 24, 1L << 44);
        await(pool.query("alter table coupon_events alter column id restart with " + first)
                .execute());
        Codecs.registerAll(vertx.eventBus());
        var campaigns = new Campaigns(new CampaignStore(pool)::find, System::nanoTime);
        await(vertx.deployVerticle(new IssuanceVerticle(
                settings, campaigns, InstantSource.system(), new Meters(new SimpleMeterRegistry()))));
        client = new IssuanceClient(vertx, settings);
        await(Future.<Void>future(ready -> loop.runOnContext(v -> client.start().onComplete(ready))));
    }

    @AfterAll
    void stop() {
        await(vertx.close());
    }

    @Test
    void aCrowdGetsExactlyTheStock() {
        for (int round = 0; round < 5; round++) {
            long event = campaign(500, 1);
            List<IssueOutcome> outcomes = crowd(event, 5_000);
            assertThat(outcomes.stream().filter(Issued.class::isInstance)).hasSize(500);
            assertThat(outcomes.stream().filter(o -> o instanceof Refused r && r.why() == Refusal.COUPON_SOLD_OUT))
                    .hasSize(4_500);
        }
    }

    @Test
    void aLargeStockIsIssuedToTheLastCoupon() {
        long event = campaign(20_000, 1);
        List<IssueOutcome> outcomes = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            outcomes.addAll(crowd(event, 5_000));
        }
        assertThat(outcomes.stream().filter(Issued.class::isInstance)).hasSize(20_000);
    }

    @Test
    void wakesTheRelayButNotForEveryCoupon() {
        var wakes = new AtomicInteger();
        vertx.eventBus().localConsumer(Addresses.OUTBOX_WRITTEN, m -> wakes.incrementAndGet());
        long event = campaign(1_000, 1);
        assertThat(crowd(event, 1_000)).hasSize(1_000);
        assertThat(wakes.get()).isBetween(1, 100);
    }

    private long userId = 1;

    private List<IssueOutcome> crowd(long event, int size) {
        var done = Promise.<List<IssueOutcome>>promise();
        loop.runOnContext(v -> {
            var asked = new ArrayList<Future<IssueOutcome>>();
            for (int i = 0; i < size; i++) {
                asked.add(client.issue(new IssueCommand(event, userId++, UUID.randomUUID(), false)));
            }
            Future.all(asked).<List<IssueOutcome>>map(all -> all.list()).onComplete(done);
        });
        return await(done.future());
    }

    /** Where nobody issues, that is told at once. */
    @Test
    void failsAtOnceWhereNobodyListens() {
        Vertx empty = Vertx.vertx();
        Codecs.registerAll(empty.eventBus());
        var lonely = new IssuanceClient(empty, settings);
        var failure = await(Future.<Throwable>future(told -> empty.runOnContext(v -> lonely.start()
                .compose(started -> lonely.issue(new IssueCommand(1, 1, UUID.randomUUID(), false)))
                .onComplete(issued -> told.complete(issued.cause())))));
        assertThat(failure).isInstanceOf(ReplyException.class).hasMessageContaining("No handlers");
        await(empty.close());
    }

    private long campaign(int total, int perUser) {
        return await(pool.query("insert into coupon_events(title, total_count, start_time, end_time, max_per_user,"
                                + " discount_type, discount_value) values ('t', " + total
                                + ", now() - interval '1 hour', now() + interval '1 hour', "
                                + perUser + ", 'fixed', 10) returning id")
                        .execute())
                .iterator()
                .next()
                .getLong(0);
    }

    @CanIgnoreReturnValue
    private static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
