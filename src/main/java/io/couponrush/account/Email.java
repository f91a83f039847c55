package io.couponrush.account;

import java.util.Locale;
import java.util.regex.Pattern;

/** E-mail addresses as text: the one form in which they are stored and compared, and which ones may register. */
final class Email {
    private static final int MAX = 254;
    private static final String LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
    private static final Pattern ADDRESS =
            Pattern.compile("[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@" + LABEL + "(?:\\." + LABEL + ")+");

    private Email() {}

    static String normalised(String text) {
        return text.strip().toLowerCase(Locale.ROOT);
    }

    /** Whether a normalised text is an address as HTML's e-mail field knows it, in a domain with a dot. */
    static boolean valid(String normalised) {
        return normalised.length() <= MAX && ADDRESS.matcher(normalised).matches();
    }
}
