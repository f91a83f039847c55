package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.Chromium;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Tab;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The shop in Chromium; pictures of it are in {@code target/screens}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealBrowserStory {
    private Chromium chromium;
    private RunningService service;
    private Staff staff;

    @BeforeAll
    void open() throws IOException {
        var started = Chromium.start();
        assumeTrue(started.isPresent(), "there is no chromium on this machine (on Debian: apt-get install chromium)");
        chromium = started.get();
        int port; // the same after a restart
        try (var free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        service = RunningService.start(Map.of("COUPONRUSH_HTTP_PORT", Integer.toString(port)));
        staff = service.staff();
    }

    @AfterAll
    void close() {
        if (chromium != null) chromium.close();
        if (service != null) service.close();
    }

    @Test
    void somebodyRegistersWaitsAndClaims() {
        long sale = staff.opens(Sale.of(100).startingIn(Duration.ofSeconds(6)));
        Tab tab = chromium.person().tab().opens(shop(""));
        tab.shows(".cards", "Flash sale of 100").looksLike("events");
        tab.presses("a.card[href*='event=" + sale + "']").phase("UPCOMING").shows(".timer", "시작까지");
        tab.looksLike("upcoming");
        tab.phase("SIGNED_OUT").presses(".primary").until("document.querySelector('form.account')");
        tab.looksLike("sign-in");
        tab.presses("form .second").types("[name=email]", "suji@shop.example").types("[name=name]", "수지");
        tab.types("[name=password]", "suji-likes-coupons").looksLike("register");
        tab.presses(".primary").phase("OPEN").looksLike("open");
        tab.presses(".primary").phase("CLAIMED").shows(".coupon .code", "STORY-");
        tab.looksLike("claimed");
        assertThat(service.books().of(sale).codes()).containsExactly(tab.text(".coupon .code"));
        tab.shows(".toast", "쿠폰이 도착했어요"); // it heard of it on the socket, too
        tab.presses("#tabs a[href*='view=mine']")
                .shows(".cards .code", "STORY-")
                .looksLike("mine");
        tab.opens(shop("?lang=en&event=" + sale)).phase("ALREADY_CLAIMED").shows(".coupon .code", "STORY-");
        tab.looksLike("already-english");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void whoWatchesSeesItSellOutAndReturn() {
        long sale = staff.opens(Sale.of(30));
        var callers = service.callers(31);
        Tab tab = signedIn(callers.one(), sale).tab();
        tab.phase("OPEN").shows("#link", "실시간");
        staff.pauses(sale);
        tab.phase("PAUSED").looksLike("paused");
        staff.resumes(sale);
        tab.phase("OPEN");
        var others =
                callers.all().subList(1, 31).stream().map(c -> c.claims(sale)).toList();
        assertThat(callers.press(others).issued()).hasSize(30);
        long soldOut = System.nanoTime();
        tab.phase("SOLD_OUT");
        System.out.printf(
                "the page shows sold out %d ms after the last answer%n", (System.nanoTime() - soldOut) / 1_000_000);
        tab.shows(".left", "0 / 30").looksLike("sold-out");
        assertThat(tab.is("document.querySelector('.primary').getAttribute('aria-disabled') === 'true'"))
                .isTrue();
        staff.setsTotal(sale, 40);
        tab.phase("OPEN").shows(".left", "10 / 40").looksLike("reopened");
        tab.presses(".primary").phase("CLAIMED");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void whatOneTabClaimsTheOtherShows() {
        long sale = staff.opens(Sale.of(10));
        var person = signedIn(service.callers(1).one(), sale);
        Tab first = person.tab().phase("OPEN");
        Tab second = person.tab().phase("OPEN").shows("#link", "실시간");
        first.presses(".primary").phase("CLAIMED");
        second.shows(".toast", "쿠폰이 도착했어요").phase("ALREADY_CLAIMED");
        second.until("document.querySelector('.coupon .code')");
        assertThat(second.text(".coupon .code")).isEqualTo(first.text(".coupon .code"));
        second.looksLike("second-tab");
        assertThat(service.books().of(sale).rows()).hasSize(1);
        assertThat(second.complaints()).isEmpty();
    }

    @Test
    void whenTheServerComesBackThePageDoes() {
        long sale = staff.opens(Sale.of(1));
        var callers = service.callers(2);
        Tab tab = signedIn(callers.one(), sale).tab().phase("OPEN").shows("#link", "실시간");
        service.restart();
        tab.shows("#link", "실시간");
        tab.until("performance.getEntriesByType('resource').length >= 0");
        assertThat(callers.press(java.util.List.of(callers.all().get(1).claims(sale)))
                        .issued())
                .hasSize(1);
        tab.phase("SOLD_OUT");
    }

    /** Who has signed in and looks at the event in each new tab. */
    private SignedIn signedIn(Caller caller, long sale) {
        return new SignedIn(chromium.person(), caller, sale);
    }

    private final class SignedIn {
        private final Chromium.Person person;
        private final long sale;

        SignedIn(Chromium.Person person, Caller caller, long sale) {
            this.person = person;
            this.sale = sale;
            var session = new JsonObject().put("accessToken", caller.token()).put("refreshToken", "none");
            person.tab()
                    .opens(shop("docs"))
                    .value("localStorage.setItem('couponrush.session', "
                            + io.vertx.core.json.Json.encode(session.encode()) + ")");
        }

        Tab tab() {
            return person.tab().opens(shop("?event=" + sale));
        }
    }

    private String shop(String path) {
        return "http://127.0.0.1:" + service.port() + "/" + path;
    }
}
