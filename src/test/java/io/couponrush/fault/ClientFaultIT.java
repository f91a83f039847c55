package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.Sale;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What clients and staff do to the service. */
@Tag("fault")
@ExtendWith(OneFleet.class)
class ClientFaultIT {
    @Test
    void oneKeyArrivesFiftyTimesAtBothNodes(Fleet fleet) {
        var trial = Trial.of(fleet, "one key 50 times", 4, 1).injects("20 keys, 25 times at each node at once");
        var fresh = fleet.callers(20);
        List<Press> presses = new ArrayList<>();
        fresh.all().forEach(caller -> {
            Press press = caller.claims(trial.sale(), UUID.randomUUID().toString());
            for (int i = 0; i < 25; i++) presses.add(press);
        });
        var first = fresh.at(fleet.a().process()).start(presses);
        var second = fresh.at(fleet.b().process()).start(presses);
        var answers = first.answers().and(second.answers());
        trial.hears(answers);
        trial.isOver();
        trial.ends();
        assertThat(answers.all()).allMatch(Answer::issued);
        assertThat(answers.coupons()).hasSize(20);
        assertThat(answers.all()).filteredOn(Answer::replayed).isNotEmpty();
    }

    @Test
    void oneKeyIsUsedForTwoSalesAtOnce(Fleet fleet) {
        var trial = Trial.of(fleet, "one key for two sales", 4, 1).injects("500 keys, a sale at each node at once");
        long other = fleet.staff().opens(Sale.of(500));
        long another = fleet.staff().opens(Sale.of(500));
        var fresh = fleet.callers(500);
        List<Press> here = fresh.presses(other, 1);
        List<Press> there =
                here.stream().map(p -> new Press(p.caller(), another, p.key())).toList();
        var first = fresh.at(fleet.a().process()).start(here);
        var second = fresh.at(fleet.b().process()).start(there);
        Answers answers = fresh.insist(first.answers().and(second.answers()), 20);
        trial.isOver();
        trial.ends();
        assertThat(answers.tally()).containsEntry("201", 500L).containsEntry("IDEMPOTENCY_KEY_REUSED", 500L);
        answers.byKey().forEach((key, both) -> assertThat(both)
                .filteredOn(Answer::isFinal)
                .as(key)
                .hasSize(2)
                .filteredOn(Answer::issued)
                .hasSize(1));
        for (long sale : List.of(other, another)) {
            assertThat(fleet.books().of(sale).mistakes()).isEmpty();
            assertThat(answers.contradictions(fleet.books().of(sale))).isEmpty();
            fleet.books().shelfAtRest(sale);
        }
    }

    @Test
    void clientsLeaveWithoutWaiting(Fleet fleet) throws IOException {
        var trial =
                Trial.of(fleet, "clients leave", 6, 1).injects("900 close: half a body sent, all sent, and with RST");
        var fresh = fleet.callers(300);
        long sale = fleet.staff().opens(Sale.of(600).perUser(3));
        List<Press> presses = fresh.presses(sale, 3);
        for (int i = 0; i < presses.size(); i++) {
            var node = fleet.nodes().get(i % 2).process();
            String request = request(presses.get(i));
            try (var line = new RawHttp(node.port())) {
                line.send(i % 3 == 0 ? request.substring(0, request.length() - 3) : request);
                if (i % 3 == 1) line.resets();
            }
        }
        trial.isOver();
        Answers answers = fresh.insist(fresh.press(presses), 30);
        trial.ends(); // and no request is left in the gauges
        var book = fleet.books().of(sale);
        assertThat(answers.all())
                .filteredOn(Answer::replayed)
                .as("came too late")
                .isNotEmpty();
        assertThat(answers.coupons()).hasSize(600);
        assertThat(book.mistakes()).isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
        assertThat(fleet.books().shelfAtRest(sale).stock()).isZero();
    }

    private static String request(Press press) {
        String body = "{\"eventId\":" + press.eventId() + "}";
        return "POST /api/coupons/issue HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer " + press.caller().token() + "\r\nIdempotency-Key: " + press.key()
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    @Test
    void aCrowdComesWhenItIsSoldOut(Fleet fleet) {
        long small = fleet.staff().opens(Sale.of(50).perUser(2));
        var winners = fleet.callers(25);
        Answers won = winners.allClaimWithKeys(small, 2);
        assertThat(won.issued()).hasSize(50);
        var crowd = fleet.callers(5_000);
        assertThat(crowd.at(fleet.b().process())
                        .press(List.of(crowd.one().claims(small)))
                        .tally())
                .containsOnlyKeys("COUPON_SOLD_OUT");
        long statements = statements(fleet);
        var first = crowd.start(crowd.pressesWithoutKeys(small, 1));
        var second = crowd.at(fleet.b().process()).start(crowd.pressesWithoutKeys(small, 1));
        Answers answers = first.answers().and(second.answers());
        long asked = statements(fleet) - statements;
        assertThat(answers.tally()).containsOnlyKeys("COUPON_SOLD_OUT").containsEntry("COUPON_SOLD_OUT", 10_000L);
        assertThat(asked).as("transactions of Postgres, of the timers too").isLessThan(1_000);
        var end = Reckoning.of(fleet, small, winners, won.and(answers));
        FaultTable.add(FaultTable.Row.of(
                "sold-out stampede", "10,000 claims of a sold-out sale", end, 0, 0, "transactions=" + asked));
        end.holds(fleet);
        assertThat(end.book().turns()).containsExactly("soldout:1");
    }

    private static long statements(Fleet fleet) {
        return fleet.books()
                .count("select xact_commit + xact_rollback from pg_stat_database where datname = current_database()");
    }

    @Test
    void theStockIsLoweredUntilItIsSoldOutAndRaised(Fleet fleet) {
        var trial = Trial.of(fleet, "stock lowered and raised", 6, 1).injects("sold out, +500; below issued: refused");
        int total = fleet.books().of(trial.sale()).total();
        int low = fleet.books().of(trial.sale()).issued() + 200;
        fleet.staff().setsTotal(trial.sale(), low);
        Trial.pause(1_500);
        assertThat(fleet.books().of(trial.sale()).turns()).containsExactly("soldout:1");
        assertThat(fleet.staff().asksForTotal(trial.sale(), low - 1).status()).isEqualTo(409);
        fleet.staff().setsTotal(trial.sale(), low + 500);
        Trial.pause(500);
        trial.isOver();
        fleet.staff().setsTotal(trial.sale(), total);
        var outcome = trial.ends();
        assertThat(outcome.book().turns()).startsWith("soldout:1", "reopened:2");
        assertThat(outcome.rush().tally()).containsKey("COUPON_SOLD_OUT");
        assertThat(outcome.counters().get("rebuilds")).isPositive();
    }
}
