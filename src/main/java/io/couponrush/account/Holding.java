package io.couponrush.account;

import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * What another feature holds about users, for them to take along.
 *
 * @param name of the list in the export
 * @param id the member of each item that says where the next slice goes on
 * @param first where the first slice begins
 */
public record Holding(String name, String id, long first, Slices slices) {
    /** Reads a slice of at most {@code limit} items beyond that place; an empty one is the end. */
    @FunctionalInterface
    public interface Slices {
        Future<List<JsonObject>> read(long userId, long place, int limit);
    }
}
