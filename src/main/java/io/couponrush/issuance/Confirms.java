package io.couponrush.issuance;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * What the broker says of the messages of one channel, batch by batch. Thread-safe.
 *
 * <p>A channel has its own, so a late word about an older channel is not taken for one about this.
 */
final class Confirms {
    private final NavigableMap<Long, OutboxMessage> open = new TreeMap<>();
    private final Map<String, OutboxMessage> sent = new HashMap<>();
    private final Set<OutboxMessage> failed = new HashSet<>();
    private final Set<Long> openRows = new HashSet<>();
    private boolean lost;

    /**
     * The end of a batch.
     *
     * @param openRows rows of which a message was not sent or not confirmed
     * @param confirmed messages that the broker answers for
     * @param unconfirmed messages that were sent, and refused, returned or not heard of again
     * @param late whether some were not heard of at all
     */
    record Outcome(Set<Long> openRows, int confirmed, int unconfirmed, boolean late) {}

    /** Forgets the batch before; words about it that still come are not of this batch, whose tags are higher. */
    synchronized void begin() {
        open.clear();
        sent.clear();
        failed.clear();
        openRows.clear();
    }

    /** Before the message is sent: its confirm may be faster than the sender. */
    synchronized void expect(long tag, OutboxMessage message) {
        open.put(tag, message);
        sent.put(message.id(), message);
    }

    /** A message that was not sent at all. */
    synchronized void notSent(OutboxMessage message) {
        openRows.add(message.rowId());
    }

    synchronized void heard(long tag, boolean multiple, boolean confirmed) {
        var about = multiple ? open.headMap(tag, true) : open.subMap(tag, true, tag, true);
        if (!confirmed) {
            about.values().forEach(this::fail);
        }
        about.clear();
        if (open.isEmpty()) {
            notifyAll();
        }
    }

    /** The broker could put it nowhere; the confirm that follows means nothing. */
    synchronized void returned(String messageId) {
        OutboxMessage message = sent.get(messageId);
        if (message != null) {
            fail(message);
        }
    }

    /** Nothing more will be heard. */
    synchronized void lost() {
        lost = true;
        notifyAll();
    }

    /** Waits until everything is heard of, the channel is lost, or the time is over. */
    synchronized Outcome await(long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!open.isEmpty() && !lost) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                break;
            }
            wait(left);
        }
        open.values().forEach(this::fail);
        return new Outcome(Set.copyOf(openRows), sent.size() - failed.size(), failed.size(), !open.isEmpty());
    }

    private void fail(OutboxMessage message) {
        failed.add(message);
        openRows.add(message.rowId());
    }
}
