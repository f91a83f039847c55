package io.couponrush.bus;

import java.util.UUID;

/** A session was logged out or revoked: its access tokens hold no more. Nodes that miss it read it from Postgres. */
public record SessionEnded(UUID sessionId) {}
