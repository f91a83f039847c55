package io.couponrush.issuance;

import io.vertx.core.buffer.Buffer;

/** The body of a claim, {@code {"eventId":1}}, read in one pass without making objects. */
final class IssueBody {
    /** Not of the plain form: malformed, or written in a way that the full parser must judge. */
    static final long OTHER = -1;

    private static final byte[] NAME = {'"', 'e', 'v', 'e', 'n', 't', 'I', 'd', '"'};
    private static final int DIGITS_MAX = 18; // always fits a long

    private final Buffer body;
    private int at;

    private IssueBody(Buffer body) {
        this.body = body;
    }

    /** The event's id, 1 or more, or {@link #OTHER}. */
    static long eventId(Buffer body) {
        return new IssueBody(body).read();
    }

    private long read() {
        if (!take('{') || !takeName() || !take(':')) {
            return OTHER;
        }
        long id = number();
        return id > 0 && take('}') && atEnd() ? id : OTHER;
    }

    private boolean take(char c) {
        skipSpace();
        if (at < body.length() && body.getByte(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private boolean takeName() {
        skipSpace();
        if (at + NAME.length > body.length()) {
            return false;
        }
        for (byte b : NAME) {
            if (body.getByte(at++) != b) {
                return false;
            }
        }
        return true;
    }

    private long number() {
        skipSpace();
        int start = at;
        long value = 0;
        while (at < body.length() && at - start <= DIGITS_MAX && isDigit(body.getByte(at))) {
            value = value * 10 + (body.getByte(at++) - '0');
        }
        int digits = at - start;
        boolean leadingZero = digits > 1 && body.getByte(start) == '0';
        return digits == 0 || digits > DIGITS_MAX || leadingZero ? OTHER : value;
    }

    private boolean atEnd() {
        skipSpace();
        return at == body.length();
    }

    private void skipSpace() {
        while (at < body.length() && isSpace(body.getByte(at))) {
            at++;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\n' || b == '\r';
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
