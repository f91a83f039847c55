package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.Chromium;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Tab;
import io.couponrush.testkit.Web;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The shop in Chromium; pictures of it are in {@code target/screens}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealBrowserStory {
    private static final String HOME = "127.0.0.1";
    private static final String ELSEWHERE = "assets/0/icon.svg"; // of the same origin, and without the page
    private static final Duration SOON = Duration.ofSeconds(1);

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

    @AfterEach
    void everybodyLeaves() {
        chromium.everybodyLeaves();
    }

    @AfterAll
    void close() {
        if (chromium != null) chromium.close();
        if (service != null) service.close();
    }

    @Test
    void somebodyRegistersWaitsAndClaims() {
        long sale = staff.opens(Sale.of(100)
                .startingIn(Duration.ofSeconds(8))
                .with("discountType", "percentage")
                .with("discountValue", 30)
                .with("maxDiscountAmount", 5000)
                .with("terms", "다른 쿠폰과 함께 쓸 수 없어요."));
        Tab tab = chromium.person().tab().opens(shop(""));
        tab.shows(".cards", "Flash sale of 100").looksLike("events");
        tab.presses("a.card[href*='event=" + sale + "']").phase("UPCOMING").shows(".timer", "시작까지");
        tab.until("document.title.startsWith('Flash sale of 100') && document.activeElement.id === 'main'");
        tab.looksLike("upcoming");
        tab.shows(".benefit", "30% 할인, 최대 5,000원").presses("summary").shows("details", "다른 쿠폰과 함께");
        assertThat(tab.text("details")).contains("한 사람당", "5,000원").doesNotContain("최소 구매 금액");
        assertThat(tab.is("document.querySelector('dl > :not(dt, dd)')")).isFalse();
        tab.phase("SIGNED_OUT").presses(".primary").until("document.querySelector('form.account')");
        tab.looksLike("sign-in");
        tab.presses("form .second").types("[name=email]", "suji@shop.example").types("[name=name]", "수지");
        tab.types("[name=password]", "password1234").presses(".primary");
        tab.shows("#password-note", "쉽게 짐작할 수 있는 비밀번호예요").until("document.activeElement.name === 'password'");
        tab.looksLike("register-weak");
        assertThat(tab.complaints()).hasSize(1).allSatisfy(said -> assertThat(said)
                .contains("400"));
        tab.retypes("[name=password]", "suji-likes-coupons").presses(".primary");
        tab.phase("OPEN").looksLike("open");
        tab.presses(".primary").phase("CLAIMED").shows(".coupon .code", "STORY-");
        tab.looksLike("claimed");
        assertThat(service.books().of(sale).codes()).containsExactly(tab.text(".coupon .code"));
        tab.shows(".toast", "쿠폰이 도착했어요"); // it heard of it on the socket, too
        tab.presses("#tabs a[href*='view=mine']")
                .shows(".cards .code", "STORY-")
                .looksLike("mine");
        tab.opens(shop("?lang=en&event=" + sale)).phase("ALREADY_CLAIMED").shows(".coupon .code", "STORY-");
        tab.looksLike("already-english");
        tab.waits(SOON);
        assertThat(tab.is("document.querySelector('.toast')")).isFalse(); // it was told before
        assertThat(tab.complaints()).hasSize(1);
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
        first.presses("#tabs button").shows("#tabs", "로그인");
        second.shows("#tabs", "로그인").phase("SIGNED_OUT"); // and it says so in both
    }

    @Test
    void whoMayHaveTwoClaimsAgainButNotByADoublePress() {
        long sale = staff.opens(Sale.of(10).perUser(2));
        Tab tab = signedIn(service.callers(1).one(), sale).tab().phase("OPEN");
        tab.until(
                """
                (() => {
                  const button = document.querySelector('.primary');
                  button.click();
                  const twice = setInterval(() => {
                    if (document.querySelector('article').dataset.phase !== 'CLAIMED') return;
                    clearInterval(twice);
                    button.click();
                  }, 1);
                  return true;
                })()
                """);
        tab.phase("CLAIMED").shows(".primary", "한 장 더 받기").waits(SOON).looksLike("one-of-two");
        assertThat(service.books().of(sale).rows()).hasSize(1);
        tab.presses(".primary").shows(".panel", "2장 중 2장을 받았어요").shows(".primary", "내 쿠폰 보기");
        assertThat(service.books().of(sale).rows()).hasSize(2);
    }

    @Test
    void anAnswerThatComesAfterNavigationSaysNothingOfTheNextEvent() {
        long left = staff.opens(Sale.of(10));
        long next = staff.opens(Sale.of(10));
        Tab tab = signedIn(service.callers(1).one(), left).tab().phase("OPEN");
        tab.holds("/issue").presses(".primary").phase("CLAIMING");
        tab.presses("#tabs a").presses(card(next)).phase("OPEN");
        tab.cuts().waits(Duration.ofSeconds(4)); // longer than until it asks again
        assertThat(tab.is("document.querySelector('article').dataset.phase === 'OPEN'"))
                .isTrue();
        assertThat(service.books().of(next).rows()).isEmpty();
        tab.presses("#tabs a").shows("h1", "이벤트").holds("limit=20").presses("#tabs a");
        tab.value("history.pushState(null, '', '?event=%d'); dispatchEvent(new PopStateEvent('popstate'))"
                .formatted(next));
        tab.phase("OPEN").lets().waits(SOON);
        assertThat(tab.is("document.querySelector('article')")).isTrue(); // the list came too late
        tab.presses("#tabs a").presses(card(left)).phase("CLAIMED"); // which the key of then still asks for
        assertThat(service.books().of(left).rows()).hasSize(1);
        assertThat(service.books().of(next).rows()).isEmpty();
    }

    /** Only the first is a secure context, where browsers have locks. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "shop.example"})
    void tabsWhoseTokenRanOutAtOnceStaySignedIn(String host) {
        long sale = staff.opens(Sale.of(10));
        var who = new JsonObject().put("email", "two-tabs@" + host + ".example").put("password", "two-tabs-at-once");
        Web.anybody(service)
                .post("/api/auth/register", who.copy().put("name", "Two"))
                .with(201);
        var tokens = Web.anybody(service).post("/api/auth/login", who).with(200);
        var person = new SignedIn(host, tokens, sale);
        var tabs = List.of(person.tab().phase("OPEN"), person.tab().phase("OPEN"));
        for (Tab tab : tabs) tab.shows("#link", "실시간");
        String dead = tokens.getString("accessToken").replaceFirst("[^.]+$", "dead");
        tabs.get(0).value(stores(tokens.copy().put("accessToken", dead)));
        String looksAgain = "dispatchEvent(new PopStateEvent('popstate'))";
        tabs.get(0).holds("/refresh").value(looksAgain);
        tabs.get(0).until("window.lets");
        tabs.get(1).value(looksAgain);
        tabs.get(1).waits(SOON);
        tabs.get(0).lets();
        String alive = "JSON.parse(localStorage.getItem('couponrush.session')).accessToken";
        for (Tab tab : tabs) tab.until(alive + " !== '" + dead + "'").phase("OPEN");
        String refreshes = "performance.getEntriesByType('resource').filter((r) => r.name.endsWith('/refresh')).length";
        assertThat(tabs.stream().mapToInt(tab -> (Integer) tab.value(refreshes)).sum())
                .isEqualTo(1);
        tabs.get(1).presses(".primary").phase("CLAIMED"); // the session is good
        tabs.get(0).phase("ALREADY_CLAIMED");
    }

    @Test
    void whatCameWhileNobodyWasHereIsToldOnce() {
        long sale = staff.opens(Sale.of(10));
        var callers = service.callers(1);
        var person = signedIn(callers.one(), sale);
        Tab tab = person.tab().phase("OPEN").shows("#link", "실시간");
        tab.until("localStorage.getItem('couponrush.told." + callers.one().userId() + "')");
        tab.opens(shop(ELSEWHERE));
        assertThat(callers.press(List.of(callers.one().claims(sale))).issued()).hasSize(1);
        tab.opens(shop("")).shows(".toast", "쿠폰이 도착했어요").looksLike("toast");
        tab.opens(shop("")).shows("#link", "실시간").waits(SOON);
        assertThat(tab.is("document.querySelector('.toast')")).isFalse();
    }

    @Test
    void aListShowsMoreWhenAsked() {
        for (int i = 0; i < 21; i++) staff.opens(Sale.of(1).startingIn(Duration.ofHours(-2)));
        Tab tab = chromium.person().tab().opens(shop("")).shows(".more", "더 보기");
        assertThat(tab.value("document.querySelectorAll('a.card').length")).isEqualTo(20);
        tab.presses(".more").until("document.querySelectorAll('a.card').length > 20");
        tab.until("document.activeElement === document.querySelectorAll('.cards li')[20]");
    }

    @Test
    void whenTheServerComesBackThePageDoes() {
        long sale = staff.opens(Sale.of(1));
        var callers = service.callers(2);
        Tab tab = signedIn(callers.one(), sale).tab().phase("OPEN").shows("#link", "실시간");
        tab.value(
                """
                window.links = [];
                new MutationObserver(() => links.push(link.dataset.link)).observe(link, {attributes: true});
                """);
        service.restart();
        tab.until("links.includes('waiting') && links.at(-1) === 'live'").shows("#link", "실시간");
        var other =
                callers.all().get(1).claims(sale, "after-the-restart"); // which may still be getting its connections
        assertThat(callers.startInsisting(1, List.of(other), 20).answers().issued())
                .hasSize(1);
        tab.phase("SOLD_OUT");
    }

    /** Who has signed in and looks at the event in each new tab. */
    private SignedIn signedIn(Caller caller, long sale) {
        var session = new JsonObject().put("accessToken", caller.token()).put("refreshToken", "none");
        return new SignedIn(HOME, session, sale);
    }

    private final class SignedIn {
        private final Chromium.Person person;
        private final String host;
        private final long sale;

        SignedIn(String host, JsonObject session, long sale) {
            this.host = host;
            this.person = chromium.person();
            this.sale = sale;
            person.tab().opens(shop(host, ELSEWHERE)).value(stores(session));
        }

        Tab tab() {
            return person.tab().opens(shop(host, "?event=" + sale));
        }
    }

    private static String stores(JsonObject session) {
        return "localStorage.setItem('couponrush.session', " + Json.encode(session.encode()) + ")";
    }

    private static String card(long event) {
        return "a.card[href*='event=" + event + "']";
    }

    private String shop(String path) {
        return shop(HOME, path);
    }

    private String shop(String host, String path) {
        return "http://" + host + ":" + service.port() + "/" + path;
    }
}
