package io.couponrush.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.notification.BrowserAddress.Kind;
import org.junit.jupiter.api.Test;

class BrowserAddressTest {
    @Test
    void hasOneSpelling() {
        for (long id : new long[] {1, 7, 10, 999_999_999_999_999_999L}) {
            for (Kind kind : Kind.values()) {
                var address = new BrowserAddress(kind, id);
                assertThat(BrowserAddress.parse(address.text())).isEqualTo(address);
            }
        }
        assertThat(BrowserAddress.parse("coupon.events.1\n")).isNull();
        assertThat(BrowserAddress.parse("coupon.events.9223372036854775808")).isNull();
    }
}
