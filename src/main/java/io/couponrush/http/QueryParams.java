package io.couponrush.http;

import io.couponrush.http.Problem.FieldError;
import io.vertx.ext.web.RoutingContext;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads the query of one request strictly and collects what is wrong with it; ask {@link #problem} once all is read.
 * Parameters that nobody reads are ignored, one that is given twice is wrong.
 */
public final class QueryParams {
    private static final int LIMIT_DEFAULT = 20;
    private static final int LIMIT_MAX = 100;
    private static final int CURSOR_MAX = 200;

    private final RoutingContext ctx;
    private final List<FieldError> errors = new ArrayList<>();

    public QueryParams(RoutingContext ctx) {
        this.ctx = ctx;
    }

    /** Null when all that was read is right; else the 400 to answer. */
    public @Nullable Problem problem() {
        return errors.isEmpty() ? null : Problem.invalid(errors);
    }

    /** {@code limit}: 1 to 100, else 20. */
    public int limit() {
        String text = one("limit");
        OptionalLong limit = text == null ? OptionalLong.of(LIMIT_DEFAULT) : positive(text);
        if (limit.isEmpty() || limit.getAsLong() > LIMIT_MAX) {
            errors.add(new FieldError("limit", "must be a whole number from 1 to " + LIMIT_MAX));
            return LIMIT_DEFAULT;
        }
        return (int) limit.getAsLong();
    }

    /** The text that {@link #cursorOf} made a cursor of, or null without one. Clients can make up any text. */
    public @Nullable String cursor() {
        String text = one("cursor");
        if (text == null) {
            return null;
        }
        String decoded = text.length() > CURSOR_MAX ? null : decoded(text);
        if (decoded == null || decoded.isEmpty()) {
            badCursor();
            return null;
        }
        return decoded;
    }

    /** The id in a cursor, for pages that go down: nothing is above it on the first one. */
    public long beforeId() {
        String cursor = cursor();
        if (cursor == null) {
            return Long.MAX_VALUE;
        }
        OptionalLong id = positive(cursor);
        if (id.isEmpty()) {
            badCursor();
        }
        return id.orElse(0);
    }

    /** The id in a cursor, for pages that go up: everything is above it on the first one. */
    public long afterId() {
        String cursor = cursor();
        OptionalLong id = cursor == null ? OptionalLong.of(0) : positive(cursor);
        if (id.isEmpty()) {
            badCursor();
        }
        return id.orElse(0);
    }

    /** For a cursor that is well-formed but says nothing sensible. */
    public void badCursor() {
        errors.add(new FieldError("cursor", "must be the nextCursor of an earlier answer"));
    }

    /** The constant whose name in lower case was sent, or null without one. */
    public <E extends Enum<E>> @Nullable E oneOf(String name, Class<E> type) {
        String text = one(name);
        if (text == null) {
            return null;
        }
        for (E constant : type.getEnumConstants()) {
            if (wire(constant).equals(text)) {
                return constant;
            }
        }
        String known =
                Arrays.stream(type.getEnumConstants()).map(QueryParams::wire).collect(Collectors.joining(", "));
        errors.add(new FieldError(name, "must be one of " + known));
        return null;
    }

    /** A text that matches wholly, or null without one. */
    public @Nullable String text(String name, Pattern pattern, String otherwise) {
        String text = one(name);
        if (text != null && !pattern.matcher(text).matches()) {
            errors.add(new FieldError(name, otherwise));
            return null;
        }
        return text;
    }

    /** A positive whole number up to 64 bits, or empty without one. */
    public OptionalLong id(String name) {
        String text = one(name);
        if (text == null) {
            return OptionalLong.empty();
        }
        OptionalLong id = positive(text);
        if (id.isEmpty()) {
            errors.add(new FieldError(name, "must be a positive whole number"));
        }
        return id;
    }

    /** A whole number up to 64 bits, not below 0; 0 without one. */
    public long idOrZero(String name) {
        String text = one(name);
        if (text == null || text.equals("0")) {
            return 0;
        }
        OptionalLong id = positive(text);
        if (id.isEmpty()) {
            errors.add(new FieldError(name, "must be a whole number, 0 or more"));
        }
        return id.orElse(0);
    }

    /** An id in the path; empty when it cannot be one, so that nothing has it. */
    public static OptionalLong pathId(RoutingContext ctx, String name) {
        String text = ctx.pathParam(name);
        return text == null ? OptionalLong.empty() : positive(text);
    }

    /** Goes on with an id in the path; answers {@code unknown} where it cannot be one. */
    public static void withPathId(RoutingContext ctx, String name, ProblemCode unknown, LongConsumer next) {
        pathId(ctx, name).ifPresentOrElse(next, () -> Replies.deny(ctx, Problem.of(unknown)));
    }

    /** Wraps the place where a page ends for {@code nextCursor}. */
    public static String cursorOf(String place) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(place.getBytes(StandardCharsets.UTF_8));
    }

    /** Of a list whose places are ids. */
    public static String cursorOf(long id) {
        return cursorOf(Long.toString(id));
    }

    private @Nullable String one(String name) {
        List<String> values = ctx.queryParam(name);
        if (values.size() > 1) {
            errors.add(new FieldError(name, "must be given once"));
            return null;
        }
        return values.isEmpty() ? null : values.get(0);
    }

    private static String wire(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static OptionalLong positive(String text) {
        boolean digits = !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9') && text.charAt(0) != '0';
        if (!digits || text.length() > 19) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseLong(text));
        } catch (NumberFormatException tooLarge) {
            return OptionalLong.empty();
        }
    }

    private static @Nullable String decoded(String cursor) {
        try {
            byte[] bytes = Base64.getUrlDecoder().decode(cursor);
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.indexOf('\0') < 0 ? text : null;
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }
}
