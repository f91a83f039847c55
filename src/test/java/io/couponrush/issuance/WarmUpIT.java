package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.backing.RedisLink;
import io.couponrush.issuance.WarmUp.Outcome;
import io.couponrush.testkit.Backends;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Before the start, against real servers. */
class WarmUpIT {
    private static final Duration AHEAD = Duration.ofMinutes(2);

    private static Vertx vertx;
    private static ClaimsDatabase database;
    private static Redis raw;
    private static RedisLink link;
    private static StockLedger ledger;

    private final List<Outcome> outcomes = new ArrayList<>();
    private final List<Long> read = new ArrayList<>();
    private long event;
    private int epochsBegun;

    @BeforeAll
    static void connect() {
        vertx = Vertx.vertx();
        database = new ClaimsDatabase();
        database.run("alter table coupon_events alter column id restart with "
                + ThreadLocalRandom.current().nextLong(1L << 44, 1L << 50));
        raw = Redis.createClient(vertx, Backends.shared().redisUri());
        link = new RedisLink(vertx, Backends.shared().redisUri(), Duration.ofSeconds(5), 1_000, () -> {});
        await(link.start());
        ledger = new StockLedger(link, Duration.ofSeconds(10));
    }

    @AfterAll
    static void close() {
        await(link.stop());
        await(vertx.close());
        database.close();
    }

    @BeforeEach
    void schedule() {
        event = database.campaign(10, 2);
        database.set(event, "start_time = now() + interval '1 minute'");
    }

    @AfterEach
    void forget() {
        database.run("delete from coupon_events");
        redis(Command.DEL, key("meta"), key("user"), key("open"));
    }

    @Test
    void loadsWhatIsNotThere() {
        await(warmUp().round());
        assertThat(outcomes).containsExactly(Outcome.LOADED);
        assertThat(redis(Command.HGET, key("meta"), "stock").toInteger()).isEqualTo(10);
        assertThat(redis(Command.HGET, key("meta"), "max").toInteger()).isEqualTo(2);
        assertThat(redis(Command.HGET, key("meta"), "ucready").toInteger()).isEqualTo(1);
        assertThat(seen().getString("state")).isEqualTo("ready");
        assertThat(seen().getString("detail")).isEqualTo("not loaded");
        assertThat(seen().getLong("stock")).isEqualTo(10);
    }

    @Test
    void leavesWhatIsRight() {
        await(warmUp().round());
        lookAgain();
        await(warmUp().round());
        assertThat(outcomes).containsExactly(Outcome.LOADED, Outcome.READY);
        assertThat(epochsBegun).isEqualTo(1);
    }

    @Test
    void findsAndRepairsAWrongStock() {
        await(warmUp().round());
        redis(Command.HSET, key("meta"), "stock", "7");
        lookAgain();
        await(warmUp().round());
        assertThat(outcomes).containsExactly(Outcome.LOADED, Outcome.REPAIRED);
        assertThat(seen().getString("detail")).isEqualTo("stock 7 instead of 10");
        assertThat(redis(Command.HGET, key("meta"), "stock").toInteger()).isEqualTo(10);
    }

    @Test
    void findsAWrongLimitAndUsersWhoHaveNothing() {
        await(warmUp().round());
        redis(Command.HSET, key("meta"), "max", "9");
        lookAgain();
        await(warmUp().round());
        assertThat(seen().getString("detail")).isEqualTo("limit 9 instead of 2");
        redis(Command.HSET, key("user"), "5", "2");
        lookAgain();
        await(warmUp().round());
        assertThat(seen().getString("detail")).isEqualTo("2 units of 1 users instead of 0 of 0");
        assertThat(redis(Command.HLEN, key("user")).toInteger()).isZero();
        assertThat(outcomes).containsExactly(Outcome.LOADED, Outcome.REPAIRED, Outcome.REPAIRED);
    }

    @Test
    void loadsAgainWhatTheStaffChanged() {
        await(warmUp().round());
        database.set(event, "total_count = 20, epoch = next_epoch(epoch)");
        assertThat(seen().getString("state")).isEqualTo("stale");
        await(warmUp().round()); // at once: another epoch was not looked at
        assertThat(outcomes).containsExactly(Outcome.LOADED, Outcome.LOADED);
        assertThat(redis(Command.HGET, key("meta"), "stock").toInteger()).isEqualTo(20);
        assertThat(seen().getString("state")).isEqualTo("ready");
    }

    @Test
    void oneNodeAtATimeLooks() {
        var first = warmUp().round();
        var second = warmUp().round();
        await(Future.all(first, second));
        assertThat(outcomes).containsExactly(Outcome.LOADED);
        assertThat(epochsBegun).isEqualTo(1);
    }

    @Test
    void nodeThatDiedWhileLookingIsGivenUp() {
        database.run(
                "insert into campaign_warmups (event_id, epoch, state, checked_at) values ($1, 5, 'checking', now())",
                event);
        await(warmUp().round());
        assertThat(outcomes).isEmpty();
        database.run("update campaign_warmups set checked_at = now() - interval '6 seconds'");
        await(warmUp().round());
        assertThat(outcomes).containsExactly(Outcome.LOADED);
    }

    @Test
    void whatDoesNotStartSoonWaits() {
        database.set(event, "start_time = now() + interval '3 minutes'");
        await(warmUp().round());
        database.set(event, "start_time = now() - interval '1 minute'");
        await(warmUp().round());
        assertThat(outcomes).isEmpty();
        assertThat(seen().getString("state")).isEqualTo("none");
        assertThat(await(new WarmUpStore(database.pool()).find(1))).isNull();
    }

    @Test
    void saysSoWhenRedisCannotBeLoaded() {
        var broken = new WarmUp(
                new WarmUpStore(database.pool()),
                id -> Future.failedFuture("Redis is away"),
                id -> Future.succeededFuture(),
                id -> Future.succeededFuture(),
                new VertxTimers(vertx, vertx.getOrCreateContext()),
                AHEAD,
                outcomes::add);
        await(broken.round());
        assertThat(outcomes).containsExactly(Outcome.FAILED);
        assertThat(seen().getString("state")).isEqualTo("failed");
        assertThat(seen().getString("detail")).contains("Redis is away");
    }

    @Test
    void everyNodeKnowsWhatStartsInAMoment() {
        database.set(event, "start_time = now() + interval '3 seconds'");
        await(warmUp().round());
        assertThat(read).containsExactly(event);
    }

    /** What the first claim finds: the reservation needs no load and no text of a script. */
    @Test
    void firstClaimFindsAllThere() {
        await(warmUp().round());
        long epoch = Long.parseLong(redis(Command.HGET, key("meta"), "epoch").toString());
        var reserved = await(ledger.reserve(event, List.of(new Ledger.Ask(UUID.randomUUID(), 7, UUID.randomUUID()))));
        assertThat(reserved.epoch()).isEqualTo(epoch);
        assertThat(reserved.answers()).hasSize(1).first().isInstanceOf(Reservation.Held.class);
    }

    private WarmUp warmUp() {
        var timers = new VertxTimers(vertx, vertx.getOrCreateContext());
        var rebuilder = new Rebuilder(ledger, database.store(), timers, () -> epochsBegun++);
        return new WarmUp(
                new WarmUpStore(database.pool()),
                ledger::held,
                rebuilder::rebuild,
                id -> Future.succeededFuture(read.add(id)),
                timers,
                AHEAD,
                outcomes::add);
    }

    /** As if the last look were long ago. */
    private void lookAgain() {
        database.run("update campaign_warmups set checked_at = now() - interval '11 seconds'");
    }

    private JsonObject seen() {
        return await(new WarmUpStore(database.pool()).find(event));
    }

    private String key(String part) {
        return "cp:{" + event + "}:" + part;
    }

    @CanIgnoreReturnValue
    private static Response redis(Command command, String... arguments) {
        Request request = Request.cmd(command);
        for (String argument : arguments) request.arg(argument);
        return await(raw.send(request));
    }
}
