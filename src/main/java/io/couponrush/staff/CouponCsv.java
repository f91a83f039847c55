package io.couponrush.staff;

import de.siegmar.fastcsv.writer.CsvWriter;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** Coupons of one campaign as CSV (RFC 4180), in UTF-8. */
final class CouponCsv {
    /** What makes a spreadsheet take a text for a formula. */
    private static final String FORMULA = "=+-@\t\r\n";

    private final long eventId;
    private final String title;

    CouponCsv(long eventId, String title) {
        this.eventId = eventId;
        this.title = inert(title);
    }

    static Buffer head() {
        return Buffer.buffer("couponId,couponCode,eventId,eventTitle,userId,status,issuedAt,expiresAt,usedAt\r\n");
    }

    Buffer lines(List<IssuedCoupon> coupons) {
        var text = new StringWriter();
        try (CsvWriter csv = CsvWriter.builder().build(text)) {
            coupons.forEach(coupon -> csv.writeRecord(
                    Long.toString(coupon.couponId()),
                    inert(coupon.couponCode()),
                    Long.toString(eventId),
                    title,
                    Long.toString(coupon.userId()),
                    coupon.status(),
                    coupon.issuedAt().toString(),
                    coupon.expiresAt().toString(),
                    coupon.usedAt() == null ? "" : coupon.usedAt().toString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // not from memory
        }
        return Buffer.buffer(text.toString());
    }

    /** A text that stays one, also where somebody opens the file with a spreadsheet. */
    static String inert(String text) {
        return !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }
}
