package io.couponrush.http;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells what a body says it is: {@code application/json} or {@code text/csv}, in UTF-8 if it names a charset. */
public final class MediaType {
    private static final Pattern JSON =
            Pattern.compile("application/json\\s*(;\\s*charset\\s*=\\s*(utf-8|\"utf-8\")\\s*)?");

    private static final Pattern CSV = Pattern.compile(
            "text/csv\\s*(;\\s*charset\\s*=\\s*(utf-8|us-ascii|\"utf-8\")\\s*)?(;\\s*header\\s*=\\s*[a-z]+\\s*)?");

    private MediaType() {}

    public static boolean isCsv(@Nullable String contentType) {
        return contentType != null
                && CSV.matcher(contentType.strip().toLowerCase(Locale.ROOT)).matches();
    }

    public static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        return contentType.equals("application/json")
                || JSON.matcher(contentType.strip().toLowerCase(Locale.ROOT)).matches();
    }
}
