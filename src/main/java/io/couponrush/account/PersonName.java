package io.couponrush.account;

import io.couponrush.http.Problem;
import io.couponrush.http.Problem.FieldError;
import org.jspecify.annotations.Nullable;

/** What somebody is called: some printable characters. */
final class PersonName {
    private static final int MAX = 100;
    private static final FieldError ERROR = new FieldError("name", "must have 1 to " + MAX + " printable characters");

    private PersonName() {}

    /** What is wrong with a name, once stripped; null for nothing. */
    static @Nullable FieldError error(String name) {
        String text = name.strip();
        boolean good = !text.isEmpty()
                && text.codePointCount(0, text.length()) <= MAX
                && text.codePoints().noneMatch(Character::isISOControl);
        return good ? null : ERROR;
    }

    static @Nullable Problem problem(String name) {
        FieldError error = error(name);
        return error == null ? null : Problem.invalid(error.field(), error.message());
    }
}
