package io.couponrush.campaign;

import io.couponrush.http.Answer;
import io.couponrush.http.Replies;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BiFunction;

/** Lists of campaigns, page by page. */
final class EventPages {
    private final Select select;
    private final BiFunction<Campaign, Instant, JsonObject> show;
    private final InstantSource clock;

    /** Reads at most {@code limit} of the campaigns that are asked for, newest start first. */
    @FunctionalInterface
    interface Select {
        Future<List<Campaign>> select(EventQuery query, int limit);
    }

    EventPages(Select select, BiFunction<Campaign, Instant, JsonObject> show, InstantSource clock) {
        this.select = select;
        this.show = show;
        this.clock = clock;
    }

    void answer(RoutingContext ctx, Answer<EventQuery> query) {
        if (query instanceof Answer.Given<EventQuery> given) {
            Replies.json(ctx, 200, page(given.value()).map(Answer::given), page -> page);
        } else {
            Replies.deny(ctx, ((Answer.Denied<EventQuery>) query).problem());
        }
    }

    /** Reads one more than is shown, to know whether there is a next page. */
    private Future<JsonObject> page(EventQuery query) {
        return select.select(query, query.limit() + 1).map(found -> page(found, query.limit()));
    }

    private JsonObject page(List<Campaign> found, int limit) {
        Instant now = clock.instant();
        List<Campaign> shown = found.subList(0, Math.min(limit, found.size()));
        var items = new JsonArray();
        shown.forEach(campaign -> items.add(show.apply(campaign, now)));
        String next = found.size() > limit ? Cursor.behind(shown.get(limit - 1)).encode() : null;
        return new JsonObject().put("items", items).put("nextCursor", next);
    }
}
