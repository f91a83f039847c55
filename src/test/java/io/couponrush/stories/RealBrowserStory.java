package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.BrowserShop;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Tab;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The shop in Chromium, started once for all themes; pictures of it are in {@code target/screens}. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RealBrowserStory {
    private BrowserShop shop;

    @BeforeAll
    void open() {
        var started = BrowserShop.start();
        assumeTrue(started.isPresent(), "there is no chromium on this machine (on Debian: apt-get install chromium)");
        shop = started.get();
    }

    @AfterEach
    void everybodyLeaves() {
        shop.everybodyLeaves();
    }

    @AfterAll
    void close() {
        if (shop != null) shop.close();
    }

    @Test
    void aListShowsMoreWhenAsked() {
        for (int i = 0; i < 21; i++) shop.staff().opens(Sale.of(1).startingIn(Duration.ofHours(-2)));
        Tab tab = shop.somebody().opens(shop.at("")).shows(".more", "더 보기");
        assertThat(tab.value("document.querySelectorAll('a.card').length")).isEqualTo(20);
        tab.presses(".more").until("document.querySelectorAll('a.card').length > 20");
        tab.until("document.activeElement === document.querySelectorAll('.cards li')[20]");
    }

    @Nested
    class Claims extends BrowserClaimsStory {
        Claims() {
            super(shop);
        }
    }

    @Nested
    class Live extends BrowserLiveStory {
        Live() {
            super(shop);
        }
    }

    @Nested
    class Tabs extends BrowserTabsStory {
        Tabs() {
            super(shop);
        }
    }
}
