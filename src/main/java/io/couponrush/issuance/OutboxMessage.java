package io.couponrush.issuance;

import java.time.Instant;

/** A message of an outbox row; a row of issued coupons has one for each. {@code id} is the same whenever it is sent again. */
record OutboxMessage(long rowId, String id, String topic, Instant at, String body) {}
