package io.couponrush.campaign;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Lists of campaigns, page by page. */
final class EventPages {
    private final Select select;
    private final InstantSource clock;

    /** Reads at most {@code limit} campaigns behind {@code after}, newest start first. */
    @FunctionalInterface
    interface Select {
        Future<List<Campaign>> select(@Nullable CampaignStatus status, @Nullable Cursor after, int limit);
    }

    EventPages(Select select, InstantSource clock) {
        this.select = select;
        this.clock = clock;
    }

    /** Reads one more than is shown, to know whether there is a next page. */
    Future<JsonObject> page(EventQuery query) {
        return select.select(query.status(), query.after(), query.limit() + 1).map(found -> page(found, query.limit()));
    }

    private JsonObject page(List<Campaign> found, int limit) {
        Instant now = clock.instant();
        List<Campaign> shown = found.subList(0, Math.min(limit, found.size()));
        var items = new JsonArray();
        shown.forEach(campaign -> items.add(EventJson.of(campaign, now)));
        String next = found.size() > limit ? Cursor.behind(shown.get(limit - 1)).encode() : null;
        return new JsonObject().put("items", items).put("nextCursor", next);
    }
}
