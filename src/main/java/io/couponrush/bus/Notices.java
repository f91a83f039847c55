package io.couponrush.bus;

import java.util.List;

/** Notices that travel between nodes together. Each node hands on those that somebody there listens to. */
public record Notices(List<Notice> notices) {}
