package io.couponrush.notification;

import io.couponrush.http.StrictJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What a browser sent, in the protocol of the Vert.x event-bus bridge.
 *
 * @param address empty where there is none
 * @param token of the header {@code Authorization: Bearer …}, if there is one
 * @param problem why the frame is {@link Type#INVALID}, in the words of that protocol
 */
record ClientFrame(Type type, String address, @Nullable String token, String problem) {
    private static final String SCHEME = "Bearer ";

    /** What it asks for. */
    enum Type {
        PING,
        REGISTER,
        UNREGISTER,
        SEND,
        INVALID
    }

    /** Takes anything. */
    static ClientFrame parse(Buffer data) {
        try {
            return of(StrictJson.object(data));
        } catch (StrictJson.Malformed e) {
            return invalid("invalid_json");
        }
    }

    private static ClientFrame of(JsonObject json) {
        if (!(json.getValue("type") instanceof String name)) {
            return invalid("missing_type");
        }
        Type type = type(name);
        if (type == Type.PING || type == Type.INVALID) {
            return new ClientFrame(type, "", null, "invalid_type");
        }
        if (!(json.getValue("address") instanceof String address)) {
            return invalid("missing_address");
        }
        return new ClientFrame(type, address, token(json.getValue("headers")), "");
    }

    private static Type type(String name) {
        return switch (name) {
            case "ping" -> Type.PING;
            case "register" -> Type.REGISTER;
            case "unregister" -> Type.UNREGISTER;
            case "send", "publish" -> Type.SEND;
            default -> Type.INVALID;
        };
    }

    private static @Nullable String token(@Nullable Object headers) {
        if (!(headers instanceof JsonObject named)) {
            return null;
        }
        Object value = named.getValue("Authorization", named.getValue("authorization"));
        return value instanceof String text && text.startsWith(SCHEME) ? text.substring(SCHEME.length()) : null;
    }

    private static ClientFrame invalid(String problem) {
        return new ClientFrame(Type.INVALID, "", null, problem);
    }
}
