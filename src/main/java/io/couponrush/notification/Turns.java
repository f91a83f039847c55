package io.couponrush.notification;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.couponrush.bus.Notice;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The highest generation that browsers of this node were told of each event, so that a late or repeated message does not
 * turn sold out into on sale or back. Bounded. Thread-safe.
 */
final class Turns {
    static final String SOLD_OUT = "coupon.soldout";
    static final String REOPENED = "coupon.reopened";

    private static final int EVENTS = 10_000;

    private final Cache<Long, Integer> highest =
            Caffeine.newBuilder().maximumSize(EVENTS).build();

    /** True once for each generation, and only while it is the highest. */
    boolean advance(long eventId, int generation) {
        var news = new AtomicBoolean();
        highest.asMap().compute(eventId, (id, was) -> {
            news.set(was == null || generation > was);
            return news.get() ? Integer.valueOf(generation) : was;
        });
        return news.get();
    }

    boolean knows(long eventId) {
        return highest.getIfPresent(eventId) != null;
    }

    /** Whether it is higher than one that was told; false where none was. */
    boolean isNews(long eventId, int generation) {
        Integer told = highest.getIfPresent(eventId);
        return told != null && generation > told;
    }

    /** Whether a higher one was told already. */
    boolean outdated(long eventId, int generation) {
        Integer told = highest.getIfPresent(eventId);
        return told != null && generation < told;
    }

    /** False for a notice of a turn that browsers were told of already, or that has been overtaken. */
    boolean passes(Notice notice) {
        if (!notice.body().contains(SOLD_OUT) && !notice.body().contains(REOPENED)) {
            return true;
        }
        BrowserAddress address = BrowserAddress.parse(notice.address());
        try {
            var message = new JsonObject(notice.body());
            boolean turn = SOLD_OUT.equals(message.getValue("type")) || REOPENED.equals(message.getValue("type"));
            return !turn
                    || address == null
                    || !(message.getValue("data") instanceof JsonObject data)
                    || !(data.getValue("generation") instanceof Integer generation)
                    || advance(address.id(), generation);
        } catch (DecodeException notJson) {
            return false;
        }
    }
}
