package io.couponrush.bus;

import java.util.List;
import java.util.UUID;

/**
 * Notices that travel between nodes together. Each node hands on those that somebody there listens to.
 *
 * @param teller who tells; each start of a teller is another one
 * @param number how many messages with notices the teller has sent, this one included. A message without notices repeats
 *     the number, so that a loss is found out although nothing follows
 */
public record Notices(List<Notice> notices, UUID teller, long number) {
    /** The number of the last message of a teller that stops in order. */
    public static final long FAREWELL = -1;
}
