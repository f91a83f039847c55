package io.couponrush.campaign;

import static io.couponrush.campaign.CampaignDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.testkit.Backends;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CampaignCacheIT {
    private final String database = "test-" + UUID.randomUUID();
    private final String key = "campaign:" + database + ":1";
    private Vertx vertx;
    private Redis raw;
    private CampaignCache cache;

    @BeforeEach
    void connect() {
        vertx = Vertx.vertx();
        raw = Redis.createClient(vertx, Backends.shared().redisUri());
        cache = new CampaignCache(vertx);
        cache.start(Backends.shared().redisUri(), database);
        Awaitility.await().until(() -> await(cache.get(1).map(true).otherwise(false)));
    }

    @AfterEach
    void close() {
        redis(Command.DEL, key);
        await(cache.stop());
        await(vertx.close());
    }

    @Test
    void keepsACampaignForAnHour() {
        assertThat(await(cache.get(1))).isNull();
        put(Sample.campaign(3, 7, 5), "3");
        assertThat(await(cache.get(1))).isEqualTo(Sample.campaign(3, 7, 5));
        assertThat(redis(Command.TTL, key).toLong()).isCloseTo(3600L, within(5L));
        assertThat(await(cache.get(2))).isNull();
    }

    /** The reader read version 1, slept, and woke up after version 2 was written through. */
    @Test
    void lateReaderDoesNotPutTheOldValueBack() {
        put(Sample.campaign(2, 2, 0), "2");
        cache.put(Sample.campaign(1, 1, 0));
        assertThat(await(cache.get(1))).isEqualTo(Sample.campaign(2, 2, 0)); // on the same connection, so afterwards
        cache.put(Sample.campaign(2, 2, 9));
        assertThat(await(cache.get(1))).isEqualTo(Sample.campaign(2, 2, 9));
    }

    @Test
    void databasesDoNotMeet() {
        put(Sample.campaign(), "1");
        var other = new CampaignCache(vertx);
        other.start(Backends.shared().redisUri(), database + "-restored");
        Awaitility.await()
                .until(() -> await(other.get(1).map(found -> found == null).otherwise(false)));
        await(other.stop());
    }

    @Test
    void whatIsNotACampaignIsNotOne() {
        redis(Command.HSET, key, "version", "1", "body", "{}}");
        assertThat(await(cache.get(1).map(false).otherwise(true))).isTrue();
    }

    @Test
    void withoutRedisItKnowsNothingAtOnce() {
        var away = new CampaignCache(vertx);
        away.start("redis://127.0.0.1:1", database);
        away.put(Sample.campaign());
        long began = System.nanoTime();
        assertThat(await(away.get(1).map(false).otherwise(true))).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(1));
        await(away.stop());
    }

    private void put(Campaign campaign, String version) {
        cache.put(campaign);
        Awaitility.await().until(() -> {
            Response kept = redis(Command.HGET, key, "version");
            return kept != null && kept.toString().equals(version);
        });
    }

    @CanIgnoreReturnValue
    private Response redis(Command command, String... arguments) {
        Request request = Request.cmd(command);
        for (String argument : arguments) request.arg(argument);
        return await(raw.send(request));
    }
}
