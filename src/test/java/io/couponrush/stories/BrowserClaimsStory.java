package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.BrowserShop;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Tab;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What somebody sees who wants a coupon; a part of {@link RealBrowserStory}. */
abstract class BrowserClaimsStory {
    private static final Duration SOON = Duration.ofSeconds(1);

    private final BrowserShop shop;

    BrowserClaimsStory(BrowserShop shop) {
        this.shop = shop;
    }

    @Test
    void somebodyRegistersWaitsAndClaims() {
        long sale = shop.staff()
                .opens(Sale.of(100)
                        .startingIn(Duration.ofMinutes(30))
                        .with("discountType", "percentage")
                        .with("discountValue", 30)
                        .with("maxDiscountAmount", 5000)
                        .with("terms", "다른 쿠폰과 함께 쓸 수 없어요."));
        Tab tab = shop.somebody().opens(shop.at(""));
        tab.shows(".cards", "Flash sale of 100").looksLike("events");
        tab.presses(BrowserShop.card(sale)).phase("UPCOMING").shows(".timer", "시작까지");
        tab.until("document.title.startsWith('Flash sale of 100') && document.activeElement.id === 'main'");
        tab.looksLike("upcoming");
        tab.shows(".benefit", "30% 할인, 최대 5,000원").presses("summary").shows("details", "다른 쿠폰과 함께");
        assertThat(tab.text("details")).contains("한 사람당", "5,000원").doesNotContain("최소 구매 금액");
        assertThat(tab.is("document.querySelector('dl > :not(dt, dd)')")).isFalse();
        shop.staff().startsIn(sale, Duration.ofSeconds(5)); // now that it was looked at, however long that took
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
        assertThat(shop.service().books().of(sale).codes()).containsExactly(tab.text(".coupon .code"));
        tab.shows(".toast", "쿠폰이 도착했어요"); // it heard of it on the socket, too
        tab.presses("#tabs a[href*='view=mine']")
                .shows(".cards .code", "STORY-")
                .looksLike("mine");
        tab.opens(shop.at("?lang=en&event=" + sale)).phase("ALREADY_CLAIMED").shows(".coupon .code", "STORY-");
        tab.looksLike("already-english");
        tab.waits(SOON);
        assertThat(tab.is("document.querySelector('.toast')")).isFalse(); // it was told before
        assertThat(tab.complaints()).hasSize(1);
    }

    @Test
    void whoMayHaveTwoClaimsAgainButNotByADoublePress() {
        long sale = shop.staff().opens(Sale.of(10).perUser(2));
        Tab tab = shop.signedIn(shop.service().callers(1).one(), sale).tab().phase("OPEN");
        tab.value(
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
        assertThat(shop.service().books().of(sale).rows()).hasSize(1);
        tab.presses(".primary").shows(".panel", "2장 중 2장을 받았어요").shows(".primary", "내 쿠폰 보기");
        assertThat(shop.service().books().of(sale).rows()).hasSize(2);
    }

    @Test
    void anAnswerThatComesAfterNavigationSaysNothingOfTheNextEvent() {
        long left = shop.staff().opens(Sale.of(10));
        long next = shop.staff().opens(Sale.of(10));
        Tab tab = shop.signedIn(shop.service().callers(1).one(), left).tab().phase("OPEN");
        tab.holds("/issue").presses(".primary").phase("CLAIMING");
        tab.presses("#tabs a").presses(BrowserShop.card(next)).phase("OPEN");
        tab.cuts().waits(Duration.ofSeconds(4)); // longer than until it asks again
        assertThat(tab.is("document.querySelector('article').dataset.phase === 'OPEN'"))
                .isTrue();
        assertThat(shop.service().books().of(next).rows()).isEmpty();
        tab.presses("#tabs a").shows("h1", "이벤트").holds("limit=20").presses("#tabs a");
        tab.value("history.pushState(null, '', '?event=%d'); dispatchEvent(new PopStateEvent('popstate'))"
                .formatted(next));
        tab.phase("OPEN").lets().waits(SOON);
        assertThat(tab.is("document.querySelector('article')")).isTrue(); // the list came too late
        tab.presses("#tabs a").presses(BrowserShop.card(left)).phase("CLAIMED"); // which the key of then still asks for
        assertThat(shop.service().books().of(left).rows()).hasSize(1);
        assertThat(shop.service().books().of(next).rows()).isEmpty();
    }
}
