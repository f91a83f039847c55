package io.couponrush.http;

import static java.util.regex.Pattern.DOTALL;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Tells what a body says it is. */
public final class MediaType {
    private static final Pattern JSON =
            Pattern.compile("application/json\\s*(;\\s*charset\\s*=\\s*(utf-8|\"utf-8\")\\s*)?");

    private static final Pattern FORM = Pattern.compile("(multipart/|application/x-www-form-urlencoded).*", DOTALL);

    private static final Pattern CSV = Pattern.compile(
            "text/csv\\s*(;\\s*charset\\s*=\\s*(utf-8|us-ascii|\"utf-8\")\\s*)?(;\\s*header\\s*=\\s*[a-z]+\\s*)?");

    private MediaType() {}

    /** Whether that is {@code text/csv}, in UTF-8 if it names a charset. */
    public static boolean isCsv(@Nullable String contentType) {
        return contentType != null
                && CSV.matcher(contentType.strip().toLowerCase(Locale.ROOT)).matches();
    }

    /** Whether it is a form, which no route takes. */
    static boolean isForm(@Nullable String contentType) {
        return contentType != null
                && FORM.matcher(contentType.strip().toLowerCase(Locale.ROOT)).matches();
    }

    /** Whether that is {@code application/json}, in UTF-8 if it names a charset. */
    public static boolean isJson(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        return contentType.equals("application/json")
                || JSON.matcher(contentType.strip().toLowerCase(Locale.ROOT)).matches();
    }
}
