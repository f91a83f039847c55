package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.couponrush.http.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BannerTest {
    @Test
    void tellsWhereToLookWhoToBeAndWhatToPaste() {
        Demo.Login alice = new Demo.Login(Role.USER, "alice@demo.example", "claim-me-quickly", "Alice");
        Demo.Login staff = new Demo.Login(Role.ADMIN, "staff@demo.example", "open-the-shop-now", "Staff");
        Demo.Shelf shelf = new Demo.Shelf(List.of(alice, staff), 7, "Welcome");
        assertThat(Banner.of(settings(Map.of()), 8080, shelf))
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
        assertThat(Banner.of(settings(Map.of("HTTP_HOST", "0.0.0.0")), 80, shelf))
                .contains("http://localhost:80/\n");
        assertThat(Banner.of(settings(Map.of("HTTP_HOST", "::1")), 80, shelf)).contains("http://[::1]:80/\n");
    }

    @Test
    void knowsOfTlsAndOfThePortForOperators() {
        var bob = new Demo.Login(Role.USER, "bob@demo.example", "claim-me-slowly", "Bob");
        var settings =
                settings(Map.of("HTTP_TLS_CERTIFICATE", "a.pem", "HTTP_TLS_KEY", "b.pem", "MANAGEMENT_PORT", "9090"));
        assertThat(Banner.of(settings, 8443, new Demo.Shelf(List.of(bob), 1, "")))
                .contains("https://127.0.0.1:8443/docs\n", "http://127.0.0.1:9090/metrics\n");
    }

    private static Settings settings(Map<String, String> env) {
        Map<String, String> named = new HashMap<>();
        env.forEach((key, value) -> named.put("COUPONRUSH_" + key, value));
        return SettingsLoader.read(Profile.DEV, named).settings();
    }
}
