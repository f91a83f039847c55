package io.couponrush.http;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param nextCursor where the next one begins; null on the last one
 */
public record Page<T>(List<T> shown, @Nullable String nextCursor) {

    /**
     * Makes a page of what was read.
     *
     * @param found one more than {@code limit}, where there are as many, so that it is known whether there is a next page
     * @param cursor names the place of an item
     */
    public static <T> Page<T> of(List<T> found, int limit, Function<T, String> cursor) {
        return found.size() > limit
                ? new Page<>(found.subList(0, limit), cursor.apply(found.get(limit - 1)))
                : new Page<>(found, null);
    }

    /** {@code items} and {@code nextCursor}. */
    public JsonObject json(Function<T, JsonObject> show) {
        var items = new JsonArray();
        shown.forEach(one -> items.add(show.apply(one)));
        return new JsonObject().put("items", items).put("nextCursor", nextCursor);
    }
}
