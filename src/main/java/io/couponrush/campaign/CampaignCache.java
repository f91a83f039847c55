package io.couponrush.campaign;

import io.couponrush.backing.LuaScript;
import io.couponrush.backing.RedisLink;
import io.couponrush.bus.RecordJson;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Campaigns in Redis, shared by the nodes of one database for an hour. With Redis away or slow it knows nothing, after
 * {@link #TIMEOUT} at most. Thread-safe.
 */
public final class CampaignCache implements Campaigns.Shared {
    private static final Logger LOG = LoggerFactory.getLogger(CampaignCache.class);
    private static final LuaScript KEEP = LuaScript.load("keep_campaign");
    private static final Duration TIMEOUT = Duration.ofMillis(50);
    private static final Duration TTL = Duration.ofHours(1);
    private static final int CALLS_IN_FLIGHT = 256;
    private static final long TRY_AGAIN_MS = 1_000;

    private final Vertx vertx;
    private final Context loop;
    private volatile @Nullable RedisLink redis;
    private volatile String prefix = "";
    private volatile boolean stopped;

    /** Makes a cache that is not connected: it knows nothing. */
    public CampaignCache(Vertx vertx) {
        this.vertx = vertx;
        loop = vertx.getOrCreateContext();
    }

    /**
     * Connects, and goes on trying while that fails.
     *
     * @param database tells it from others that use the same Redis
     */
    public void start(String redisUri, String database) {
        var link = new RedisLink(vertx, "redis-campaigns", redisUri, TIMEOUT, CALLS_IN_FLIGHT, () -> {});
        prefix = "campaign:" + database + ":";
        redis = link;
        loop.runOnContext(v -> connect(link));
    }

    public Future<Void> stop() {
        stopped = true;
        return onTheLoop(RedisLink::stop).otherwiseEmpty();
    }

    @Override
    public Future<@Nullable Campaign> get(long eventId) {
        return onTheLoop(link -> link.send(
                        Request.cmd(Command.HGET).arg(prefix + eventId).arg("body")))
                .map(body -> body == null ? null : RecordJson.read(body.toBytes(), Campaign.class));
    }

    @Override
    public void put(Campaign campaign) {
        List<String> key = List.of(prefix + campaign.eventId());
        byte[] body = RecordJson.write(campaign);
        onTheLoop(link -> link.eval(KEEP, key, request -> request.arg(campaign.version())
                        .arg(body)
                        .arg(TTL.toSeconds())))
                .onFailure(e -> LOG.debug("campaign {} not shared: {}", campaign.eventId(), e.toString()));
    }

    private void connect(RedisLink link) {
        link.start()
                .onFailure(e -> vertx.setTimer(TRY_AGAIN_MS, id -> {
                    if (!stopped) {
                        connect(link);
                    }
                }));
    }

    private <T> Future<T> onTheLoop(Function<RedisLink, Future<T>> call) {
        RedisLink link = redis;
        if (link == null) {
            return Future.failedFuture("not started");
        }
        Promise<T> done = Promise.promise();
        loop.runOnContext(v -> call.apply(link).onComplete(done));
        return done.future();
    }
}
