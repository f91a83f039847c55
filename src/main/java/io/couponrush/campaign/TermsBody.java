package io.couponrush.campaign;

import io.couponrush.http.Problem.FieldError;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * Terms as a request brings them, over those it leaves out. Types and ranges of single fields are the contract's business;
 * here is what a schema cannot say.
 */
final class TermsBody {
    private static final BigDecimal HUNDRED = BigDecimal.valueOf(100);
    private static final int FIRST_YEAR = 2000;
    private static final int LAST_YEAR = 9999;
    private static final int DIGITS = 10;
    private static final Terms BLANK = new Terms(
            "",
            "",
            1,
            Instant.EPOCH,
            Instant.EPOCH,
            1,
            DiscountType.FIXED,
            BigDecimal.ONE,
            BigDecimal.ZERO,
            BigDecimal.ZERO,
            30,
            "CR",
            "",
            Audience.PUBLIC,
            Mode.RUSH);

    private final JsonObject body;
    private final List<FieldError> errors = new ArrayList<>();

    TermsBody(JsonObject body) {
        this.body = body;
    }

    /** What is wrong with what was read so far. */
    List<FieldError> errors() {
        return errors;
    }

    /** All of it for a new campaign. */
    Terms create(Instant now) {
        return opened(BLANK.withWindow(now, now), now);
    }

    /** A new campaign with the terms of another, where the body does not name them. */
    Terms copy(Terms original, Instant now) {
        Terms terms = opened(original, now);
        if (terms.totalCount() == 0) {
            error("totalCount", "must be given, the original has none");
        }
        return terms;
    }

    private Terms opened(Terms base, Instant now) {
        Terms terms = over(base);
        if (sound("endTime") && !terms.endTime().isAfter(now)) {
            error("endTime", "must be in the future");
        }
        return terms;
    }

    /** What the body names, over {@code base}. */
    Terms over(Terms base) {
        Terms terms = new Terms(
                body.getString("title", base.title()),
                body.getString("description", base.description()),
                body.getInteger("totalCount", base.totalCount()),
                instant("startTime", base.startTime()),
                instant("endTime", base.endTime()),
                body.getInteger("maxPerUser", base.maxPerUser()),
                body.containsKey("discountType")
                        ? DiscountType.of(body.getString("discountType"))
                        : base.discountType(),
                money("discountValue", base.discountValue()),
                money("minPurchaseAmount", base.minPurchaseAmount()),
                money("maxDiscountAmount", base.maxDiscountAmount()),
                body.getInteger("validDays", base.validDays()),
                body.getString("codePrefix", base.codePrefix()),
                body.getString("terms", base.smallPrint()),
                body.containsKey("audience") ? Audience.of(body.getString("audience")) : base.audience(),
                body.containsKey("mode") ? Mode.of(body.getString("mode")) : base.mode());
        if (sound("startTime") && sound("endTime") && !terms.endTime().isAfter(terms.startTime())) {
            error("endTime", "must be after startTime");
        }
        if (terms.discountType() == DiscountType.PERCENTAGE
                && terms.discountValue().compareTo(HUNDRED) > 0) {
            error("discountValue", "must be at most 100 for a percentage");
        }
        return terms;
    }

    /** As precise as Postgres keeps it. */
    private Instant instant(String field, Instant base) {
        String text = body.getString(field);
        if (text == null) {
            return base;
        }
        try {
            OffsetDateTime time = OffsetDateTime.parse(text).withOffsetSameInstant(ZoneOffset.UTC);
            if (time.getYear() >= FIRST_YEAR && time.getYear() <= LAST_YEAR) {
                return time.toInstant().truncatedTo(ChronoUnit.MICROS);
            }
            error(field, "must be between the years " + FIRST_YEAR + " and " + LAST_YEAR);
        } catch (DateTimeException e) {
            error(field, "must be a date and time with offset, like 2026-02-11T10:30:00Z");
        }
        return base;
    }

    private BigDecimal money(String field, BigDecimal base) {
        Number number = body.getNumber(field);
        if (number == null) {
            return base;
        }
        var value = new BigDecimal(number.toString());
        if (value.precision() - value.scale() > DIGITS) {
            error(field, "is too large");
        } else if (value.stripTrailingZeros().scale() > 2) {
            error(field, "must have at most 2 decimals");
        } else {
            return value;
        }
        return base;
    }

    private boolean sound(String field) {
        return errors.stream().noneMatch(e -> e.field().equals(field));
    }

    private void error(String field, String message) {
        errors.add(new FieldError(field, message));
    }
}
