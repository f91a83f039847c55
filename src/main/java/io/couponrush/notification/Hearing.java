package io.couponrush.notification;

import io.couponrush.bus.Notices;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Whether this node hears all that is told, for the bus forgets what it cannot deliver. Something is missed when the
 * numbers of a teller jump, and perhaps when one falls silent without a farewell. Thread-safe.
 */
final class Hearing {
    private static final long SILENCE = TimeUnit.SECONDS.toNanos(4);
    private static final int TELLERS_MAX = 1_000;

    private final Map<UUID, Heard> tellers = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    private record Heard(long number, long at) {}

    Hearing(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** True when something that was told before this did not arrive. */
    boolean missedBefore(Notices heard) {
        if (heard.number() == Notices.FAREWELL) {
            tellers.remove(heard.teller());
            return false;
        }
        if (tellers.size() >= TELLERS_MAX && !tellers.containsKey(heard.teller())) {
            return false;
        }
        Heard before = tellers.put(heard.teller(), new Heard(heard.number(), nanoTime.getAsLong()));
        long known = before == null ? 0 : before.number();
        return heard.number() > known + (heard.notices().isEmpty() ? 0 : 1);
    }

    /** True once for each silence. */
    boolean someoneFellSilent() {
        long now = nanoTime.getAsLong();
        List<UUID> silent = tellers.entrySet().stream()
                .filter(teller -> now - teller.getValue().at() > SILENCE)
                .map(Map.Entry::getKey)
                .toList();
        return tellers.keySet().removeAll(silent);
    }
}
