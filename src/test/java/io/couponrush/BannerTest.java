package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class BannerTest {
    @Test
    void tellsWhereToLookWhoToBeAndWhatToPaste() {
        Demo.Login alice = new Demo.Login("USER", "alice@demo.example", "claim-me-quickly");
        Demo.Login staff = new Demo.Login("ADMIN", "staff@demo.example", "open-the-shop-now");
        Demo.Shelf shelf = new Demo.Shelf(List.of(alice, staff), OptionalLong.of(7), "Welcome");
        assertThat(Banner.of("127.0.0.1", 8080, shelf))
                .contains(
                        "http://127.0.0.1:8080/\n",
                        "http://127.0.0.1:8080/staff\n",
                        "http://127.0.0.1:8080/docs\n",
                        "http://127.0.0.1:8080/metrics\n",
                        "alice@demo.example  claim-me-quickly\n",
                        "staff@demo.example  open-the-shop-now\n",
                        "#7 Welcome\n",
                        "-d '{\"email\":\"alice@demo.example\",\"password\":\"claim-me-quickly\"}'",
                        "-d '{\"eventId\":7}'\n");
    }

    @Test
    void namesAnAddressThatABrowserReaches() {
        Demo.Shelf empty = new Demo.Shelf(List.of(), OptionalLong.empty(), "");
        assertThat(Banner.of("0.0.0.0", 80, empty))
                .contains("http://localhost:80/\n")
                .doesNotContain("curl");
        assertThat(Banner.of("::1", 80, empty)).contains("http://[::1]:80/\n");
    }
}
