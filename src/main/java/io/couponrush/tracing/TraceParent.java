package io.couponrush.tracing;

import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Where in which trace something happens, as the header {@code traceparent} says it (W3C Trace Context).
 *
 * @param traceId 32 hexadecimal digits, not all 0
 * @param spanId 16 hexadecimal digits, not all 0
 * @param sampled whether whoever sent it records the trace
 */
public record TraceParent(String traceId, String spanId, boolean sampled) {
    /** The header's name. */
    public static final String HEADER = "traceparent";

    private static final int TRACE_AT = 3;
    private static final int SPAN_AT = 36;
    private static final int FLAGS_AT = 53;
    private static final int LENGTH = 55;

    /** Names a trace that nobody else has; not secret. */
    public static String newTraceId() {
        var random = ThreadLocalRandom.current();
        return Long.toHexString(random.nextLong() | Long.MIN_VALUE)
                + Long.toHexString(random.nextLong() | Long.MIN_VALUE);
    }

    /** Null for what is no such header: whoever sent it is not believed in anything. */
    public static @Nullable TraceParent parse(@Nullable String text) {
        if (text == null || !isWellFormed(text)) {
            return null;
        }
        String trace = text.substring(TRACE_AT, SPAN_AT - 1);
        String span = text.substring(SPAN_AT, FLAGS_AT - 1);
        boolean sampled = (Character.digit(text.charAt(FLAGS_AT + 1), 16) & 1) == 1;
        return isZero(trace) || isZero(span) ? null : new TraceParent(trace, span, sampled);
    }

    /** The header's value. */
    public String text() {
        return "00-" + traceId + "-" + spanId + (sampled ? "-01" : "-00");
    }

    /** Later versions may say more behind a dash; version ff is none. */
    private static boolean isWellFormed(String text) {
        boolean first = text.startsWith("00");
        return text.length() >= LENGTH
                && (text.length() == LENGTH || (!first && text.charAt(LENGTH) == '-'))
                && !text.startsWith("ff")
                && isHex(text, 0, 2)
                && text.charAt(TRACE_AT - 1) == '-'
                && isHex(text, TRACE_AT, SPAN_AT - 1)
                && text.charAt(SPAN_AT - 1) == '-'
                && isHex(text, SPAN_AT, FLAGS_AT - 1)
                && text.charAt(FLAGS_AT - 1) == '-'
                && isHex(text, FLAGS_AT, LENGTH);
    }

    private static boolean isHex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
        }
        return true;
    }

    private static boolean isZero(String hex) {
        return hex.chars().allMatch(c -> c == '0');
    }
}
