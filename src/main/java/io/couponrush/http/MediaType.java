package io.couponrush.http;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells whether a body says it is JSON: {@code application/json}, in UTF-8 if it names a charset. */
public final class MediaType {
    private static final Pattern JSON =
            Pattern.compile("application/json\\s*(;\\s*charset\\s*=\\s*(utf-8|\"utf-8\")\\s*)?");

    private MediaType() {}

    public static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        return contentType.equals("application/json")
                || JSON.matcher(contentType.strip().toLowerCase(Locale.ROOT)).matches();
    }
}
