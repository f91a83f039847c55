package io.couponrush.campaign;

import io.couponrush.http.Answer;
import io.couponrush.http.Page;
import io.couponrush.http.Replies;
import io.vertx.core.Future;
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

    private Future<JsonObject> page(EventQuery query) {
        return select.select(query, query.limit() + 1).map(found -> {
            Instant now = clock.instant();
            return Page.of(found, query.limit(), last -> Cursor.behind(last).encode())
                    .json(campaign -> show.apply(campaign, now));
        });
    }
}
