package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.BrowserShop;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Tab;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What changes on the page by itself; a part of {@link RealBrowserStory}. */
abstract class BrowserLiveStory {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final BrowserShop shop;

    BrowserLiveStory(BrowserShop shop) {
        this.shop = shop;
    }

    @Test
    void whoWatchesSeesItSellOutAndReturn() {
        long sale = shop.staff().opens(Sale.of(30));
        var callers = shop.service().callers(31);
        Tab tab = shop.signedIn(callers.one(), sale).tab();
        tab.phase("OPEN").shows("#link", "실시간");
        shop.staff().pauses(sale);
        tab.phase("PAUSED").looksLike("paused");
        shop.staff().resumes(sale);
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
        shop.staff().setsTotal(sale, 40);
        tab.phase("OPEN").shows(".left", "10 / 40").looksLike("reopened");
        tab.presses(".primary").phase("CLAIMED");
        assertThat(tab.complaints()).isEmpty();
    }

    @Test
    void whatCameWhileNobodyWasHereIsToldOnce() {
        long sale = shop.staff().opens(Sale.of(10));
        var callers = shop.service().callers(1);
        var person = shop.signedIn(callers.one(), sale);
        Tab tab = person.tab().phase("OPEN").shows("#link", "실시간");
        String told = "localStorage.getItem('couponrush.told." + callers.one().userId() + "')";
        tab.until("JSON.parse(" + told + ").cursor !== null");
        tab.opens(shop.at(BrowserShop.ELSEWHERE));
        assertThat(callers.press(List.of(callers.one().claims(sale))).issued()).hasSize(1);
        tab.opens(shop.at("")).shows(".toast", "쿠폰이 도착했어요").looksLike("toast");
        tab.opens(shop.at("")).shows("#link", "실시간").waits(SOON);
        assertThat(tab.is("document.querySelector('.toast')")).isFalse();
    }

    @Test
    void whenTheServerComesBackThePageDoes() {
        long sale = shop.staff().opens(Sale.of(1));
        var callers = shop.service().callers(2);
        Tab tab = shop.signedIn(callers.one(), sale).tab().phase("OPEN").shows("#link", "실시간");
        tab.value(
                """
                window.links = [];
                new MutationObserver(() => links.push(link.dataset.link)).observe(link, {attributes: true});
                """);
        shop.service().restart();
        tab.until("links.includes('waiting') && links.at(-1) === 'live'").shows("#link", "실시간");
        var other =
                callers.all().get(1).claims(sale, "after-the-restart"); // which may still be getting its connections
        assertThat(callers.startInsisting(1, List.of(other), 20).answers().issued())
                .hasSize(1);
        tab.phase("SOLD_OUT");
    }
}
