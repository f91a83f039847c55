package io.couponrush.tracing;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * Gives each line that is logged while a request is worked on the ids of its trace. Where a client named the exchange
 * itself, its name stays beside them as {@code requestId}. Lets every line pass.
 */
public final class LogIds extends Filter<ILoggingEvent> {
    private static final String TRACE_ID = "traceId";

    @Override
    public FilterReply decide(ILoggingEvent event) {
        CurrentTrace current = CurrentTrace.get();
        if (current != null && event instanceof LoggingEvent line) {
            line.setKeyValuePairs(pairs(line.getKeyValuePairs(), current));
        }
        return FilterReply.NEUTRAL;
    }

    private static List<KeyValuePair> pairs(@Nullable List<KeyValuePair> said, CurrentTrace current) {
        var pairs = new ArrayList<KeyValuePair>();
        for (KeyValuePair pair : said == null ? List.<KeyValuePair>of() : said) {
            if (!pair.key.equals(TRACE_ID)) {
                pairs.add(pair);
            } else if (!current.traceId().equals(pair.value)) {
                pairs.add(new KeyValuePair("requestId", pair.value));
            }
        }
        pairs.add(new KeyValuePair(TRACE_ID, current.traceId()));
        Span span = current.span();
        if (span != null) {
            pairs.add(new KeyValuePair("spanId", span.spanId()));
        }
        return pairs;
    }
}
