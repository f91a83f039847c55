package io.couponrush.bus;

/** The terms, window or state of a campaign changed: what nodes remember of it is old. Only a hint; caches expire too. */
public record CampaignChanged(long eventId) {}
