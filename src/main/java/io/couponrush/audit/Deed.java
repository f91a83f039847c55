package io.couponrush.audit;

import io.couponrush.http.Role;
import org.jspecify.annotations.Nullable;

/**
 * One privileged action under way: who does what, in which exchange. {@link AuditTrail#deed} makes it at the edge; it
 * travels with the command to the transaction that writes it down.
 *
 * @param actorId the user, or null for nobody who signed in and for the service itself
 * @param role of the actor; {@code NOBODY} or {@code SERVICE} where there is no user
 * @param action what is done, as {@code event.pause}
 * @param traceId the id of the exchange, as its answer and the logs carry it; empty outside of one
 * @param client the network of the client's address, or null outside of an exchange
 */
public record Deed(@Nullable Long actorId, String role, String action, String traceId, @Nullable String client) {
    static final String NOBODY = "NOBODY";
    private static final String SERVICE = "SERVICE";

    /** The same, once it is known who does it. */
    public Deed by(long userId, Role as) {
        return new Deed(userId, as.name(), action, traceId, client);
    }

    /** The same exchange, with another of its actions. */
    public Deed as(String other) {
        return new Deed(actorId, role, other, traceId, client);
    }

    /** What the service does by itself, as when it starts. */
    public static Deed ofTheService(String action) {
        return new Deed(null, SERVICE, action, "", null);
    }
}
