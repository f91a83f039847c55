package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Service;

/** What has to hold in the end, whatever happened on the way. */
final class Sold {
    private Sold() {}

    /** Everything is sold to those who were told so, nothing twice, nothing lost, nothing left over. */
    static void exactly(Service service, long sale, int stock, Answers answers) {
        var book = service.books().of(sale);
        assertThat(answers.open()).isEmpty();
        assertThat(book.mistakes()).isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
        assertThat(book.issued()).isEqualTo(stock);
        assertThat(answers.coupons()).hasSize(stock);
        var shelf = service.books().shelfAtRest(sale);
        assertThat(shelf.stock()).isZero();
        assertThat(shelf.epoch()).isEqualTo(book.epoch());
        assertThat(shelf.soldOut()).isEqualTo(book.generation());
    }

    /** What was acknowledged until now is there. */
    static void nothingLost(Service service, long sale, Answers answers) {
        var book = service.books().of(sale);
        assertThat(book.mistakes()).isEmpty();
        assertThat(book.codes()).containsAll(answers.coupons());
    }
}
