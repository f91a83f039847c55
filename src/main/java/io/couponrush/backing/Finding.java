package io.couponrush.backing;

/**
 * What a look at one thing told.
 *
 * @param advice what to do about it; empty when all is well
 */
public record Finding(Level level, String what, String advice) {

    /** How bad it is. */
    public enum Level {
        OK,
        WARN,
        FAIL
    }

    public static Finding ok(String what) {
        return new Finding(Level.OK, what, "");
    }

    public static Finding warn(String what, String advice) {
        return new Finding(Level.WARN, what, advice);
    }

    public static Finding fail(String what, String advice) {
        return new Finding(Level.FAIL, what, advice);
    }

    @Override
    public String toString() {
        return "%-4s %s%s".formatted(level, what, advice.isEmpty() ? "" : " -> " + advice);
    }
}
