package io.couponrush.notification;

import io.couponrush.bus.Notice;
import io.couponrush.notification.BrowserAddress.Kind;
import io.couponrush.tracing.Span;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Future;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which event loops of this node have browsers that listen to an address; hands notices to those, and drops what nobody
 * here listens to. Subscriptions stay inside the node: the cluster never hears of them. Thread-safe.
 */
final class NoticeBoard {
    private final Map<BrowserAddress, Heard> heard = new ConcurrentHashMap<>();
    private final Set<Audience> audiences = ConcurrentHashMap.newKeySet();
    private final @Nullable Tracing tracing;
    private volatile boolean draining;

    /** How many browsers of each loop listen. */
    private record Heard(Map<Audience, Integer> listeners) {
        Heard with(Audience audience, int change) {
            Map<Audience, Integer> changed = new HashMap<>(listeners);
            changed.merge(audience, change, Integer::sum);
            changed.values().removeIf(count -> count <= 0);
            return new Heard(Map.copyOf(changed));
        }

        int count() {
            return listeners.values().stream().mapToInt(Integer::intValue).sum();
        }
    }

    NoticeBoard(@Nullable Tracing tracing) {
        this.tracing = tracing;
    }

    boolean isDraining() {
        return draining;
    }

    void open(Audience audience) {
        audiences.add(audience);
    }

    void join(BrowserAddress address, Audience audience) {
        heard.compute(address, (a, was) -> (was == null ? new Heard(Map.of()) : was).with(audience, 1));
    }

    void leave(BrowserAddress address, Audience audience) {
        heard.computeIfPresent(address, (a, was) -> {
            Heard is = was.with(audience, -1);
            return is.listeners().isEmpty() ? null : is;
        });
    }

    /** Hands it on where somebody listens. */
    void post(Notice notice) {
        BrowserAddress address = BrowserAddress.parse(notice.address());
        Heard where = address == null ? null : heard.get(address);
        if (address != null && where != null) {
            String text = ServerFrame.message(notice.address(), notice.body());
            String trace = notice.trace();
            where.listeners().keySet().forEach(audience -> audience.tell(address, text, push(trace)));
        }
    }

    private @Nullable Span push(@Nullable String trace) {
        return tracing == null || trace == null ? null : tracing.begin("notice push", Span.Kind.PRODUCER, trace);
    }

    /** Has the users among the browsers ask for what they may have missed. */
    void catchUp() {
        audiences.forEach(Audience::catchUp);
    }

    /** The events that most browsers of this node listen to. */
    List<Long> events(int limit) {
        return heard.entrySet().stream()
                .filter(entry -> entry.getKey().kind() == Kind.EVENT)
                .map(entry -> Map.entry(entry.getKey().id(), entry.getValue().count()))
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(limit)
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Tells every browser to come back later, elsewhere, and closes its socket. There will be no new ones. */
    Future<Void> drain() {
        draining = true;
        return Future.join(audiences.stream().map(Audience::drain).toList()).mapEmpty();
    }
}
