package io.couponrush;

/** Failures as one line for a person. */
final class Failures {
    private Failures() {}

    /** What the failure says, and what lies at its bottom unless that is said already. */
    static String inOneLine(Throwable failure) {
        Throwable bottom = failure;
        while (bottom.getCause() != null) bottom = bottom.getCause();
        String what = line(failure);
        String why = line(bottom);
        return what.contains(why) ? what : what + " (" + why + ")";
    }

    private static String line(Throwable failure) {
        String message = failure.getMessage();
        String name = failure.getClass().getSimpleName();
        if (message == null || message.isBlank()) return name;
        return message.strip().replaceAll("\\R\\s*", " ");
    }
}
