package io.couponrush.audience;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * The imports under way on a node: so many in all, and one of each caller, so that nobody who sends slowly keeps the others
 * out. Never waits. Thread-safe.
 */
public final class Places {
    private final Semaphore all;
    private final Set<Long> callers = ConcurrentHashMap.newKeySet();

    public Places(int all) {
        this.all = new Semaphore(all);
    }

    /** Whether the caller has got a place, to be given back. */
    boolean take(long callerId) {
        if (!callers.add(callerId)) {
            return false;
        }
        boolean free = all.tryAcquire();
        if (!free) {
            callers.remove(callerId);
        }
        return free;
    }

    void giveBack(long callerId) {
        all.release();
        callers.remove(callerId);
    }
}
