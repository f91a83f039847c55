package io.couponrush.account;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.codec.binary.Base32;

/** What stands in for a code when the device is lost: 80 random bits, in four groups of four letters and digits. */
record RecoveryCode(String text) {
    /** How many are given out at a time. */
    static final int COUNT = 10;

    private static final int BYTES = 10;
    private static final Pattern FORM = Pattern.compile("[A-Z2-7]{16}");

    static RecoveryCode make() {
        String text = new Base32().encodeAsString(Unguessable.bytes(BYTES));
        return new RecoveryCode(String.join(
                "-", text.substring(0, 4), text.substring(4, 8), text.substring(8, 12), text.substring(12)));
    }

    /** The code of a text as somebody typed it, if it has the form of one. */
    static Optional<RecoveryCode> parse(String typed) {
        String text = typed.replaceAll("[ -]", "").toUpperCase(Locale.ROOT);
        return FORM.matcher(text).matches() ? Optional.of(new RecoveryCode(text)) : Optional.empty();
    }

    /** What is stored of it. */
    byte[] hash() {
        return Unguessable.hash(text.replace("-", ""));
    }

    static Stream<RecoveryCode> some() {
        return Stream.generate(RecoveryCode::make).limit(COUNT);
    }

    @Override
    public String toString() {
        return "****";
    }
}
