package io.couponrush.staff;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CouponCsvTest {
    private static final Instant NOON = Instant.parse("2026-02-11T12:00:00Z");

    @Test
    void aLineACoupon() {
        var used = new IssuedCoupon(9, "CR-1", 7, "used", NOON, NOON.plusSeconds(60), NOON.plusSeconds(1));
        var active = new IssuedCoupon(10, "CR-2", 7, "active", NOON, NOON.plusSeconds(60), null);
        assertThat(CouponCsv.head()
                        + new CouponCsv(3, "신규").lines(List.of(used, active)).toString())
                .isEqualTo(
                        """
                        couponId,couponCode,eventId,eventTitle,userId,status,issuedAt,expiresAt,usedAt\r
                        9,CR-1,3,신규,7,used,2026-02-11T12:00:00Z,2026-02-11T12:01:00Z,2026-02-11T12:00:01Z\r
                        10,CR-2,3,신규,7,active,2026-02-11T12:00:00Z,2026-02-11T12:01:00Z,\r
                        """);
    }

    @Test
    void whatSeparatesIsQuoted() {
        assertThat(titled("10%, \"today\"\nonly")).contains(",\"10%, \"\"today\"\"\nonly\",");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=HYPERLINK(\"http://evil\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"})
    void noTextIsAFormula(String title) {
        assertThat(CouponCsv.inert(title)).isEqualTo("'" + title);
        assertThat(titled(title)).doesNotContain("," + title).doesNotContain("\"" + title);
    }

    private static String titled(String title) {
        var coupon = new IssuedCoupon(9, "CR-1", 7, "active", NOON, NOON, null);
        return new CouponCsv(3, title).lines(List.of(coupon)).toString();
    }
}
