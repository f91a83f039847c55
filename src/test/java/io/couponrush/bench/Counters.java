package io.couponrush.bench;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How many coupons of a campaign each user has, by the word of Redis. */
record Counters(String redisUri) {
    /** What stands before the user in an open reservation: {@code lua/reserve.lua} tells. */
    private static final int DEADLINE_AND_LEASE = 49;

    /** By user; without those who have none, and without units that are only reserved. */
    Map<Long, Integer> of(long eventId) {
        Vertx vertx = Vertx.vertx();
        try {
            String keys = "cp:{" + eventId + "}:";
            List<Response> replies = Redis.createClient(vertx, redisUri)
                    .batch(List.of(
                            Request.cmd(Command.HKEYS).arg(keys + "user"),
                            Request.cmd(Command.HVALS).arg(keys + "user"),
                            Request.cmd(Command.HVALS).arg(keys + "open")))
                    .await();
            var counts = new TreeMap<Long, Integer>();
            for (int i = 0; i < replies.get(0).size(); i++) {
                counts.put(replies.get(0).get(i).toLong(), replies.get(1).get(i).toInteger());
            }
            for (Response open : replies.get(2)) {
                counts.merge(Long.valueOf(open.toString().substring(DEADLINE_AND_LEASE)), -1, Integer::sum);
            }
            counts.values().removeIf(count -> count == 0);
            return counts;
        } finally {
            vertx.close().await();
        }
    }
}
