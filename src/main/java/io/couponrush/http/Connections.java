package io.couponrush.http;

import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicInteger;

/** The connections of one port, on all event loops: how many there are, and how many there may be. Thread-safe. */
public final class Connections {
    private final int max;
    private final RequestMeter meter;
    private final AtomicInteger open = new AtomicInteger();

    /** Why a connection was closed without an answer. */
    public enum Cut {
        TOO_MANY,
        SLOW_HEAD
    }

    public Connections(int max, RequestMeter meter) {
        this.max = max;
        this.meter = meter;
    }

    /** Counts a new one for as long as it is open. False: there are too many, and it has to go. */
    boolean admit(Channel channel) {
        if (open.incrementAndGet() > max) {
            open.decrementAndGet();
            cut(Cut.TOO_MANY);
            return false;
        }
        meter.connections(1);
        channel.closeFuture().addListener(closed -> {
            open.decrementAndGet();
            meter.connections(-1);
        });
        return true;
    }

    void cut(Cut why) {
        meter.cut(why);
    }
}
