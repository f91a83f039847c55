package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.claim;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.pgclient.PgException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What no row of a campaign or a coupon may be, whoever writes it: the triggers of {@code V062__rules_apart.sql}. */
class RowRulesIT {
    private static final String LIKE_IT =
            """
            insert into %1$s overriding user value
            select (jsonb_populate_record(null::%1$s, to_jsonb(t) || jsonb_build_object(%2$s, %3$s))).*
              from %1$s t where id = %4$d
            """;

    private static final String ANOTHER =
            "'rid', gen_random_uuid(), 'coupon_code', gen_random_uuid()::text, 'user_id', (random() * 1e9)::bigint";

    private static ClaimsDatabase db;
    private static long event;
    private static long coupon;

    @BeforeAll
    static void open() {
        db = new ClaimsDatabase();
        event = db.campaign(10, 5);
        db.batch(event, claim(event, 1, 1));
        coupon = db.number("select id from user_coupons where event_id = $1", event);
    }

    @AfterAll
    static void close() {
        db.close();
    }

    private static void isRefused(ThrowingCallable write, String constraint) {
        assertThatThrownBy(write)
                .hasRootCauseInstanceOf(PgException.class)
                .rootCause()
                .satisfies(e -> {
                    assertThat(((PgException) e).getSqlState()).isEqualTo("23514");
                    assertThat(((PgException) e).getConstraint()).isEqualTo(constraint);
                });
    }

    @ParameterizedTest(name = "{0} = {1}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "title | ''",
                "title | repeat('x', 201)",
                "description | repeat('x', 4001)",
                "terms | repeat('x', 4001)",
                "end_time | start_time",
                "start_time | end_time",
                "max_per_user | 0",
                "max_per_user | 101",
                "discount_type | 'gift'",
                "discount_value | 0",
                "min_purchase_amount | -1",
                "max_discount_amount | -1",
                "valid_days | 0",
                "valid_days | 3651",
                "code_prefix | 'cr'",
                "audience | 'friends'",
                "mode | 'auction'",
                "revoked_count | -1"
            })
    void keepsCampaignsWithinTheirTerms(String column, String value) {
        String rule = "coupon_events_" + (column.equals("start_time") ? "end_time" : column) + "_check";
        isRefused(() -> db.set(event, column + " = " + value), rule);
        isRefused(
                () -> db.run(LIKE_IT.formatted("coupon_events", "'version', 2", "'" + column + "', " + value, event)),
                rule);
    }

    @Test
    void letsOthersBe() {
        db.run(LIKE_IT.formatted("coupon_events", "'version', 2", "'title', 'another'", event));
        db.run(LIKE_IT.formatted("user_coupons", ANOTHER, "'warned', true", coupon));
        assertThat(db.number("select count(*) from user_coupons where event_id = $1", event))
                .isEqualTo(2);
    }

    @Test
    void keepsTheStock() {
        isRefused(() -> db.set(event, "total_count = 0"), "no_oversell");
        isRefused(() -> db.set(event, "issued_count = -1"), "no_oversell");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "seq = 0 | user_coupons_seq_check",
                "status = 'lost' | user_coupons_status_check",
                "order_id = '' | user_coupons_order_id_check",
                "status = 'used' | used_in_full",
                "used_at = now() | used_in_full",
                "purchase_amount = 1 | used_in_full",
                "discount_amount = 1 | used_in_full",
                "status = 'used', used_at = now(), order_id = 'o', purchase_amount = 1, discount_amount = 2 | used_in_full"
            })
    void keepsWhatCouponsAre(String assignments, String constraint) {
        isRefused(() -> db.run("update user_coupons set " + assignments + " where id = " + coupon), constraint);
        isRefused(
                () -> db.run(LIKE_IT.formatted(
                        "user_coupons", ANOTHER, assignments.replaceAll("(\\w+) = ", "'$1', "), coupon)),
                constraint);
    }
}
