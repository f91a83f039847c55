package io.couponrush.notification;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;

/** What a browser is sent, in the protocol of the Vert.x event-bus bridge. */
final class ServerFrame {
    private ServerFrame() {}

    /**
     * A message to those who listen to an address.
     *
     * @param body JSON text
     */
    static String message(String address, String body) {
        return "{\"type\":\"rec\",\"address\":" + Json.encode(address) + ",\"body\":" + body + "}";
    }

    /** A refusal. Standard clients hand it to the listeners of the address, or to {@code onerror}. */
    static String error(String address, int code, String problem) {
        var error = new JsonObject().put("type", "err").put("body", problem);
        if (!address.isEmpty()) {
            error.put("address", address)
                    .put("failureCode", code)
                    .put("failureType", "RECIPIENT_FAILURE")
                    .put("message", problem);
        }
        return error.encode();
    }
}
