package io.couponrush.backing;

import io.vertx.core.buffer.Buffer;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as the broker gave it: nothing of it has been looked at.
 *
 * @param headers those that its sender added; null without any
 */
public record RabbitMessage(@Nullable String id, @Nullable Map<String, Object> headers, Buffer body) {
    /** The text of a header; null when there is none. */
    public @Nullable String header(String name) {
        Object value = headers == null ? null : headers.get(name);
        return value == null ? null : value.toString();
    }
}
