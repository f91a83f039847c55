package io.couponrush.tracing;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands ended spans to the exporter in batches, on a thread of its own. Whoever ends a span never waits: what finds the
 * queue full is lost, and so is a batch that the collector did not take in time.
 */
final class Outlet implements SpanProcessor {
    private static final Logger LOG = LoggerFactory.getLogger(Outlet.class);
    private static final int BATCH = 512;
    private static final long GATHER_MS = 200;

    private final BlockingQueue<ReadableSpan> queue;
    private final SpanExporter exporter;
    private final long timeoutMillis;
    private final LongAdder sent = new LongAdder();
    private final LongAdder lost = new LongAdder();
    private final CompletableResultCode ended = new CompletableResultCode();
    private volatile long closeAt = Long.MAX_VALUE;
    private boolean failing;

    /**
     * Makes one that works at once.
     *
     * @param queued spans that may wait
     * @param timeout of one batch
     */
    Outlet(SpanExporter exporter, int queued, Duration timeout) {
        this.exporter = exporter;
        this.queue = new ArrayBlockingQueue<>(queued);
        this.timeoutMillis = timeout.toMillis();
        var thread = new Thread(this::run, "tracing");
        thread.setDaemon(true);
        thread.start();
    }

    long sent() {
        return sent.sum();
    }

    long lost() {
        return lost.sum();
    }

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {}

    @Override
    public boolean isStartRequired() {
        return false;
    }

    @Override
    public void onEnd(ReadableSpan span) {
        if (isClosing() || !queue.offer(span)) {
            lost.increment();
        }
    }

    @Override
    public boolean isEndRequired() {
        return true;
    }

    /** Sends what is queued, within the limit; the rest is lost. */
    CompletableResultCode close(Duration limit) {
        closeAt = System.nanoTime() + limit.toNanos();
        return ended;
    }

    private boolean isClosing() {
        return closeAt != Long.MAX_VALUE;
    }

    private long millisLeft() {
        long left = isClosing() ? (closeAt - System.nanoTime()) / 1_000_000 : timeoutMillis;
        return Math.min(timeoutMillis, left);
    }

    private void run() {
        while (!isClosing() || (!queue.isEmpty() && millisLeft() > 0)) {
            List<SpanData> batch = gather();
            if (!batch.isEmpty()) {
                export(batch);
            }
        }
        lost.add(queue.size());
        ended.succeed();
    }

    /** The next ones, with those that end soon after the first. */
    private List<SpanData> gather() {
        var batch = new ArrayList<SpanData>();
        long until = System.nanoTime() + MILLISECONDS.toNanos(GATHER_MS);
        while (batch.size() < BATCH) {
            ReadableSpan next = next(until - System.nanoTime());
            if (next == null) {
                break;
            }
            batch.add(next.toSpanData());
        }
        return batch;
    }

    private @Nullable ReadableSpan next(long withinNanos) {
        try {
            return isClosing() ? queue.poll() : queue.poll(withinNanos, NANOSECONDS);
        } catch (InterruptedException e) {
            return queue.poll(); // nobody asks this thread to stop so
        }
    }

    private void export(List<SpanData> batch) {
        boolean taken = exporter.export(batch)
                .join(Math.max(1, millisLeft()), MILLISECONDS)
                .isSuccess();
        (taken ? sent : lost).add(batch.size());
        if (taken == failing) {
            failing = !taken;
            if (failing) {
                LOG.warn("the collector does not take traces: they are lost until it does");
            } else {
                LOG.info("the collector takes traces again");
            }
        }
    }
}
