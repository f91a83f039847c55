package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.backing.LuaScript;
import io.couponrush.backing.RedisLink;
import io.couponrush.issuance.CouponBook.Epoch;
import io.couponrush.issuance.Ledger.Ask;
import io.couponrush.issuance.Ledger.Overdue;
import io.couponrush.issuance.Ledger.Reserved;
import io.couponrush.issuance.Ledger.Settlement;
import io.couponrush.issuance.Ledger.Verb;
import io.couponrush.issuance.Reservation.Denied;
import io.couponrush.issuance.Reservation.Held;
import io.couponrush.testkit.Backends;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StockLedgerIT {
    private static final long E = 100;

    private static Vertx vertx;
    private static Redis raw;
    private static RedisLink link;
    private static StockLedger ledger;
    private static StockLedger hasty;

    private final long event = ThreadLocalRandom.current().nextLong(1L << 40, 1L << 50);

    @BeforeAll
    static void connect() {
        vertx = Vertx.vertx();
        raw = Redis.createClient(vertx, Backends.shared().redisUri());
        link = new RedisLink(vertx, Backends.shared().redisUri(), Duration.ofSeconds(5), 1_000, () -> {});
        await(link.start());
        ledger = new StockLedger(link, Duration.ofSeconds(10));
        hasty = new StockLedger(link, Duration.ofMillis(1));
    }

    @AfterAll
    static void close() {
        await(link.stop());
        await(vertx.close());
    }

    @AfterEach
    void forgetTheCampaign() {
        redis(Command.DEL, key("meta"), key("user"), key("open"));
    }

    @Test
    void knowsNothingBeforeItIsLoaded() {
        assertThat(ask(1).notLoaded()).isTrue();
        assertThat(overdue().epoch()).isZero();
        assertThat(redis(Command.EXISTS, key("meta")).toInteger()).isZero();
    }

    @Test
    void takesUnitsWhileThereAreAny() {
        load(E, 3, 2);

        Reserved reserved = reserve(claim(1), claim(1), claim(1), claim(2), claim(3));

        assertThat(reserved.epoch()).isEqualTo(E);
        assertThat(reserved.openLeases()).isEqualTo(3);
        assertThat(seqs(reserved)).containsExactly(1, 2, Denied.LIMIT, 1, Denied.EMPTY);
        assertThat(stock()).isZero();
        assertThat(count(1)).isEqualTo(2);
        assertThat(count(3)).isZero();
    }

    @Test
    void keepsAllInThreeKeys() {
        load(E, 3, 2);
        reserve(claim(1));

        assertThat(redis(Command.EXISTS, key("meta"), key("user"), key("open")).toInteger())
                .isEqualTo(3);
    }

    @Test
    void returnsTheLeaseThatAKeyHoldsAlready() {
        load(E, 3, 1);
        Ask first = claim(1);
        reserve(first);
        Ask again = new Ask(first.rid(), 1, UUID.randomUUID());

        assertThat(reserve(again).answers()).containsExactly(new Held(first.newLease(), 0));
        assertThat(stock()).isEqualTo(2);
    }

    @Test
    void returnsTheLeaseThatAKeyTookInTheSameCall() {
        load(E, 3, 2);
        Ask first = claim(1);
        Ask twin = new Ask(first.rid(), 1, UUID.randomUUID());

        assertThat(reserve(first, twin).answers())
                .containsExactly(new Held(first.newLease(), 1), new Held(first.newLease(), 0));
        assertThat(stock()).isEqualTo(2);
        assertThat(count(1)).isEqualTo(1);
    }

    @Test
    void givesAHeldLeaseANewDeadline() {
        load(E, 3, 2);
        Ask held = claim(1);
        await(hasty.reserve(event, List.of(held)));
        pauseRedis(5);
        assertThat(overdue().leases()).hasSize(1);

        reserve(held);

        assertThat(overdue().leases()).isEmpty();
    }

    @Test
    void prefersAHeldLeaseToEveryRefusal() {
        load(E, 1, 1);
        Ask held = claim(1);
        reserve(held);
        settle(E, 7);

        assertThat(reserve(held, claim(1), claim(2)).answers())
                .containsExactly(new Held(held.newLease(), 0), Denied.SOLD_OUT, Denied.SOLD_OUT);
        assertThat(reserve(held).generation()).isEqualTo(7);
    }

    @Test
    void refusesForTheLimitBeforeTheStock() {
        load(E, 1, 1);
        reserve(claim(1));

        assertThat(reserve(claim(1), claim(2)).answers()).containsExactly(Denied.LIMIT, Denied.EMPTY);
    }

    @Test
    void distrustsWhatAnotherProcessWrote() {
        load(E, 3, 2);
        redis(Command.HSET, key("meta"), "run", "another");

        assertThat(ask(1).notLoaded()).isTrue();
        assertThat(overdue().epoch()).isZero();
        assertThat(stock()).isEqualTo(3);
    }

    @Test
    void replacesWhatAnotherProcessWrote() {
        load(E, 3, 2);
        reserve(claim(1));
        redis(Command.HSET, key("meta"), "run", "another", "out", "5");

        load(E - 50, 9, 1);

        assertThat(seqs(ask(1))).containsExactly(1);
        assertThat(stock()).isEqualTo(8);
    }

    @Test
    void replacesEverythingInANewEpoch() {
        load(E, 3, 2);
        reserve(claim(1));
        settle(E, 1);

        load(E + 1, 9, 1);

        assertThat(stock()).isEqualTo(9);
        assertThat(count(1)).isZero();
        assertThat(overdue()).isEqualTo(new Overdue(E + 1, 9, 0, 0, false, List.of()));
    }

    @ParameterizedTest
    @ValueSource(longs = {E, E - 1})
    void ignoresALateLoad(long epoch) {
        load(E, 3, 2);
        reserve(claim(1));

        load(epoch, 9, 1);

        assertThat(stock()).isEqualTo(2);
        assertThat(count(1)).isEqualTo(1);
    }

    @Test
    void loadsASoldOutCampaignAsSoldOut() {
        await(ledger.load(event, new Epoch(E, 0, 1, 3)));

        assertThat(reserve(claim(1)).answers()).containsExactly(Denied.SOLD_OUT);
        assertThat(reserve(claim(1)).generation()).isEqualTo(3);
    }

    @Test
    void loadsAnEvenGenerationAsOnSale() {
        await(ledger.load(event, new Epoch(E, 4, 1, 2)));

        assertThat(seqs(reserve(claim(1)))).containsExactly(1);
    }

    @Test
    void endsALeaseThatARowConsumed() {
        load(E, 3, 2);
        Ask held = claim(1);
        reserve(held);

        settle(E, 0, end(Verb.C, held));

        assertThat(state()).containsExactly(2, 1, 0);
    }

    @Test
    void givesAUnitBack() {
        load(E, 3, 2);
        Ask held = claim(1);
        reserve(held);

        settle(E, 0, end(Verb.B, held));

        assertThat(state()).containsExactly(3, 0, 0);
    }

    @Test
    void givesAUnitBackFromAUserAtTheLimit() {
        load(E, 3, 2);
        Ask held = claim(1);
        reserve(held);

        settle(E, 0, end(Verb.L, held));

        assertThat(state()).containsExactly(3, 2, 0);
    }

    @Test
    void keepsAUserAtTheLimitWhenMoreOfItsUnitsComeBack() {
        load(E, 9, 3);
        Ask first = claim(1);
        Ask second = claim(1);
        reserve(first, second);
        await(ledger.loadCounts(event, E, Map.of(1L, 3), true));

        settle(E, 0, end(Verb.L, first), end(Verb.B, second));

        assertThat(state()).containsExactly(9, 3, 0);
    }

    @Test
    void givesNothingBackWhenPostgresIsSoldOut() {
        load(E, 3, 2);
        Ask held = claim(1);
        reserve(held);

        settle(E, 0, end(Verb.S, held));

        assertThat(state()).containsExactly(0, 0, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "B", "L", "S"})
    void settlesOnce(String verb) {
        load(E, 3, 2);
        Ask held = claim(1);
        reserve(held, claim(1));
        Settlement end = end(Verb.valueOf(verb), held);
        settle(E, 0, end);
        List<Integer> once = state();

        settle(E, 0, end, end);

        assertThat(state()).isEqualTo(once);
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "B", "L", "S"})
    void settlesOnlyTheLeaseThatIsMeant(String verb) {
        load(E, 3, 2);
        Ask held = claim(1);
        reserve(held);

        settle(E, 0, new Settlement(Verb.valueOf(verb), held.rid(), UUID.randomUUID()));

        assertThat(state()).containsExactly(2, 1, 1);
    }

    @ParameterizedTest
    @ValueSource(longs = {E - 1, E + 1})
    void settlesNothingInAnotherEpoch(long epoch) {
        load(E, 3, 2);
        Ask held = claim(1);
        reserve(held);

        settle(epoch, 9, end(Verb.B, held));

        assertThat(state()).containsExactly(2, 1, 1);
        assertThat(seqs(ask(2))).containsExactly(1);
    }

    @Test
    void addsTheCountsOfOlderEpochs() {
        load(E, 9, 3);
        reserve(claim(1));

        await(ledger.loadCounts(event, E, Map.of(1L, 2), false));
        assertThat(overdue().countsReady()).isFalse();
        await(ledger.loadCounts(event, E, Map.of(2L, 1), true));

        assertThat(overdue().countsReady()).isTrue();
        assertThat(reserve(claim(1), claim(2)).answers().get(0)).isEqualTo(Denied.LIMIT);
        assertThat(count(2)).isEqualTo(2);
    }

    @Test
    void addsNoCountsToAnotherEpoch() {
        load(E, 9, 3);

        await(ledger.loadCounts(event, E - 1, Map.of(1L, 2), true));

        assertThat(count(1)).isZero();
        assertThat(overdue().countsReady()).isFalse();
    }

    @Test
    void findsLeasesPastTheirDeadlineByRedisOwnClock() {
        load(E, 9, 3);
        Ask late = claim(1);
        reserve(claim(2));
        await(hasty.reserve(event, List.of(late)));
        pauseRedis(5);

        assertThat(overdue()).isEqualTo(new Overdue(E, 7, 2, 0, false, List.of(end(Verb.B, late))));
    }

    @Test
    void findsNoMoreThanItIsAskedFor() {
        load(E, 9, 3);
        await(hasty.reserve(event, List.of(claim(1), claim(2), claim(3))));
        pauseRedis(5);

        assertThat(await(ledger.overdue(event, 2, 0)).leases()).hasSize(2);
    }

    @Test
    void letsTheKeysGoWhenTheCampaignIsOverAndNothingIsOpen() {
        load(E, 9, 3);
        Ask held = claim(1);
        reserve(held);
        long then = 4_000_000_000L;
        await(ledger.overdue(event, 10, then));
        assertThat(redis(Command.TTL, key("meta")).toLong()).isEqualTo(-1);
        settle(E, 0, end(Verb.C, held));

        await(ledger.overdue(event, 10, then));

        assertThat(redis(Command.TTL, key("meta")).toLong()).isPositive();
        assertThat(redis(Command.TTL, key("user")).toLong()).isPositive();
    }

    @Test
    void writesNothingForAMalformedCall() {
        load(E, 9, 3);
        String run = Objects.requireNonNull(link.runId());

        for (String[] args : List.of(
                new String[] {run, "1000"},
                new String[] {run, "1000", "rid", "1"},
                new String[] {run, "1000", "rid", "1", "lease", "rid"},
                new String[] {run, "soon", "rid", "1", "lease"},
                tooMany(run))) {
            assertThat(evaluate("reserve", args).failed()).isTrue();
        }
        assertThat(state()).containsExactly(9, 0, 0);
    }

    private static String[] tooMany(String run) {
        String[] args = new String[2 + 3 * 1025];
        Arrays.fill(args, "x");
        args[0] = run;
        args[1] = "1000";
        return args;
    }

    private Future<Response> evaluate(String script, String... args) {
        Request request = Request.cmd(Command.EVAL)
                .arg(LuaScript.load(script).text())
                .arg(3)
                .arg(key("meta"))
                .arg(key("user"))
                .arg(key("open"));
        for (String arg : args) {
            request.arg(arg);
        }
        Future<Response> reply = raw.send(request);
        try {
            await(reply);
        } catch (AssertionError e) {
            assertThat(e).hasMessageContaining("ERR");
        }
        return reply;
    }

    private static Ask claim(long user) {
        return new Ask(UUID.randomUUID(), user, UUID.randomUUID());
    }

    private static Settlement end(Verb verb, Ask ask) {
        return new Settlement(verb, ask.rid(), ask.newLease());
    }

    private void load(long epoch, int free, int perUser) {
        await(ledger.load(event, new Epoch(epoch, free, perUser, 0)));
    }

    private Reserved ask(long user) {
        return reserve(claim(user));
    }

    @CanIgnoreReturnValue
    private Reserved reserve(Ask... asks) {
        return await(ledger.reserve(event, List.of(asks)));
    }

    private void settle(long epoch, int generation, Settlement... ends) {
        await(ledger.settle(event, epoch, List.of(ends), generation));
    }

    private Overdue overdue() {
        return await(ledger.overdue(event, 100, 0));
    }

    /** Numbers of what is held, and why not. */
    private static List<Object> seqs(Reserved reserved) {
        return reserved.answers().stream()
                .map(answer -> answer instanceof Held held ? (Object) held.seq() : answer)
                .toList();
    }

    /** Stock, count of user 1, open leases. */
    private List<Integer> state() {
        return List.of(stock(), count(1), redis(Command.HLEN, key("open")).toInteger());
    }

    private int stock() {
        return redis(Command.HGET, key("meta"), "stock").toInteger();
    }

    private int count(long user) {
        Response count =
                await(raw.send(Request.cmd(Command.HGET).arg(key("user")).arg(Long.toString(user))));
        return count == null ? 0 : count.toInteger();
    }

    private String key(String what) {
        return "cp:{" + event + "}:" + what;
    }

    /** Lets Redis' clock go on, by its own measure. */
    private static void pauseRedis(int millis) {
        long until = now() + millis;
        while (now() < until) {
            Thread.onSpinWait();
        }
    }

    private static long now() {
        Response time = redis(Command.TIME);
        return time.get(0).toLong() * 1_000 + time.get(1).toLong() / 1_000;
    }

    @CanIgnoreReturnValue
    private static Response redis(Command command, String... args) {
        Request request = Request.cmd(command);
        for (String arg : args) {
            request.arg(arg);
        }
        return await(raw.send(request));
    }
}
