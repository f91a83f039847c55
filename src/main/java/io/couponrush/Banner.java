package io.couponrush;

import io.couponrush.config.Settings;
import java.util.Locale;

/** The first lines on the terminal in {@code dev}: where to look, who to be, what to paste. */
final class Banner {
    private Banner() {}

    static String of(Settings settings, int port, Demo.Shelf shelf) {
        var http = settings.http();
        var management = settings.management();
        String base = (http.tls().isOn() ? "https://" : "http://") + reachable(http.host()) + ":" + port;
        String metrics =
                management.isApart() ? "http://" + reachable(management.host()) + ":" + management.port() : base;
        StringBuilder text = new StringBuilder("CouponRush is up. Ctrl-C stops all of it.\n");
        line(text, "Shop", base + "/");
        line(text, "Staff", base + "/docs#/Staff");
        line(text, "API docs", base + "/docs");
        line(text, "Metrics", metrics + "/metrics");
        for (Demo.Login login : shelf.logins()) {
            line(
                    text,
                    "Login " + login.role().name().toLowerCase(Locale.ROOT),
                    login.email() + "  " + login.password());
        }
        line(text, "Campaign", "#" + shelf.eventId() + " " + shelf.title());
        return text.append('\n')
                .append(claim(base, shelf.logins().get(0), shelf.eventId()))
                .toString();
    }

    private static String claim(String base, Demo.Login login, long eventId) {
        return """
                Claim one:
                  TOKEN=$(curl -s %1$s/api/auth/login -H 'Content-Type: application/json' \\
                    -d '{"email":"%2$s","password":"%3$s"}' | sed 's/.*"accessToken":"\\([^"]*\\)".*/\\1/')
                  curl -i %1$s/api/coupons/issue -H "Authorization: Bearer $TOKEN" \\
                    -H 'Content-Type: application/json' -d '{"eventId":%4$d}'
                """
                .formatted(base, login.email(), login.password(), eventId);
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append("  %-14s %s%n".formatted(name, value));
    }

    private static String reachable(String host) {
        if (host.equals("0.0.0.0") || host.equals("::")) return "localhost";
        return host.contains(":") ? "[" + host + "]" : host;
    }
}
