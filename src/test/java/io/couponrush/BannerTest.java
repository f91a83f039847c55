package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.http.Role;
import java.util.List;
import org.junit.jupiter.api.Test;

class BannerTest {
    @Test
    void tellsWhereToLookWhoToBeAndWhatToPaste() {
        Demo.Login alice = new Demo.Login(Role.USER, "alice@demo.example", "claim-me-quickly", "Alice");
        Demo.Login staff = new Demo.Login(Role.ADMIN, "staff@demo.example", "open-the-shop-now", "Staff");
        Demo.Shelf shelf = new Demo.Shelf(List.of(alice, staff), 7, "Welcome");
        assertThat(Banner.of("127.0.0.1", 8080, shelf))
                .contains(
                        "http://127.0.0.1:8080/\n",
                        "http://127.0.0.1:8080/docs#/Staff\n",
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
        var bob = new Demo.Login(Role.USER, "bob@demo.example", "claim-me-slowly", "Bob");
        Demo.Shelf shelf = new Demo.Shelf(List.of(bob), 1, "");
        assertThat(Banner.of("0.0.0.0", 80, shelf)).contains("http://localhost:80/\n");
        assertThat(Banner.of("::1", 80, shelf)).contains("http://[::1]:80/\n");
    }
}
