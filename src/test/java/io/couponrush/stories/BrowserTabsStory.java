package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.BrowserShop;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Tab;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What tabs of one person have in common; a part of {@link RealBrowserStory}. */
abstract class BrowserTabsStory {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final BrowserShop shop;

    BrowserTabsStory(BrowserShop shop) {
        this.shop = shop;
    }

    @Test
    void whatOneTabClaimsTheOtherShows() {
        long sale = shop.staff().opens(Sale.of(10));
        var person = shop.signedIn(shop.service().callers(1).one(), sale);
        Tab first = person.tab().phase("OPEN");
        Tab second = person.tab().phase("OPEN").shows("#link", "실시간");
        first.presses(".primary").phase("CLAIMED");
        second.shows(".toast", "쿠폰이 도착했어요").phase("ALREADY_CLAIMED");
        second.until("document.querySelector('.coupon .code')");
        assertThat(second.text(".coupon .code")).isEqualTo(first.text(".coupon .code"));
        second.looksLike("second-tab");
        assertThat(shop.service().books().of(sale).rows()).hasSize(1);
        assertThat(second.complaints()).isEmpty();
        first.presses("#tabs button").shows("#tabs", "로그인");
        second.shows("#tabs", "로그인").phase("SIGNED_OUT"); // and it says so in both
    }

    /** Only the first is a secure context, where browsers have locks. */
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "shop.example"})
    void tabsWhoseTokenRanOutAtOnceStaySignedIn(String host) {
        long sale = shop.staff().opens(Sale.of(10));
        var who = new JsonObject().put("email", "two-tabs@" + host + ".example").put("password", "two-tabs-at-once");
        Web.anybody(shop.service())
                .post("/api/auth/register", who.copy().put("name", "Two"))
                .with(201);
        var tokens = Web.anybody(shop.service()).post("/api/auth/login", who).with(200);
        var person = shop.signedIn(host, tokens, sale);
        var tabs = List.of(person.tab().phase("OPEN"), person.tab().phase("OPEN"));
        for (Tab tab : tabs) tab.shows("#link", "실시간");
        String dead = tokens.getString("accessToken").replaceFirst("[^.]+$", "dead");
        tabs.get(0).value(BrowserShop.stores(tokens.copy().put("accessToken", dead)));
        String looksAgain = "dispatchEvent(new PopStateEvent('popstate'))";
        tabs.get(0).holds("/refresh").value(looksAgain);
        tabs.get(0).until("window.lets");
        tabs.get(1).value(looksAgain);
        tabs.get(1).waits(SOON);
        tabs.get(0).lets();
        String alive = "JSON.parse(localStorage.getItem('couponrush.session')).accessToken";
        for (Tab tab : tabs) tab.until(alive + " !== '" + dead + "'").phase("OPEN");
        tabs.get(1).presses(".primary").phase("CLAIMED"); // the session is good
        tabs.get(0).phase("ALREADY_CLAIMED");
        String refreshes = "performance.getEntriesByType('resource').filter((r) => r.name.endsWith('/refresh')).length";
        assertThat(tabs.stream().mapToInt(tab -> (Integer) tab.value(refreshes)).sum())
                .isEqualTo(1);
    }
}
