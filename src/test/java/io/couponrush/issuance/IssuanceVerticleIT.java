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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntToLongFunction;
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

    /** Together: no campaign has a claim more than its stock, and every coupon is told of once. */
    @Test
    void manyCampaignsSellToTheLastCouponAtOnce() {
        long[] events = new long[120];
        Arrays.setAll(events, i -> campaign(9, 1));
        IntToLongFunction each = i -> events[i % events.length];
        List<IssueOutcome> outcomes = new ArrayList<>(crowd(each, events.length * 4));
        assertThat(outcomes).allMatch(Issued.class::isInstance);
        assertThat(number("select count(*) from outbox where event_id is null")).isPositive();
        outcomes.addAll(crowd(each, events.length * 11));
        assertThat(outcomes.stream().filter(Issued.class::isInstance)).hasSize(events.length * 9);
        assertThat(outcomes.stream().filter(o -> o instanceof Refused r && r.why() == Refusal.COUPON_SOLD_OUT))
                .hasSize(events.length * 6);
        assertThat(number("select count(*) from user_coupons where event_id >= " + events[0]))
                .isEqualTo(events.length * 9L);
        assertThat(number("select count(*) from coupon_events where issued_count = total_count and id >= " + events[0]))
                .isEqualTo(events.length);
        String told = " from outbox, jsonb_array_elements_text(payload -> 'couponIds') t (id)"
                + " join user_coupons c on c.id = t.id::bigint where c.event_id >= " + events[0];
        assertThat(number("select count(distinct c.id)" + told))
                .isEqualTo(number("select count(*)" + told))
                .isEqualTo(events.length * 9L);
    }

    private long number(String sql) {
        return await(pool.query(sql).execute()).iterator().next().getLong(0);
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
        return crowd(i -> event, size);
    }

    private List<IssueOutcome> crowd(IntToLongFunction events, int size) {
        var done = Promise.<List<IssueOutcome>>promise();
        loop.runOnContext(v -> {
            var asked = new ArrayList<Future<IssueOutcome>>();
            for (int i = 0; i < size; i++) {
                asked.add(client.issue(new IssueCommand(events.applyAsLong(i), userId++, UUID.randomUUID(), false)));
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
