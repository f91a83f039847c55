package io.couponrush.redemption;

import static io.couponrush.redemption.RedemptionDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.redemption.HeldCoupon.Status;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One coupon in Postgres and beside it a model of it: whatever is done to the one, in whatever order, the other foretells. */
final class CouponWalk {
    private static final Duration DAY = Duration.ofDays(1);
    private static final List<String> ORDERS = List.of("A", "B");
    private static final List<Integer> AMOUNTS = List.of(90, 100, 200);

    private final RedemptionDatabase db;
    private final RedemptionStore redemptions;
    private final RevocationStore revocations;
    private final ExpiryStore expiry;
    private final Random random;
    private final Set<String> seen;
    private final long event;
    private final String code;

    private Status status = Status.ACTIVE;
    private Term term = Term.FAR;
    private @Nullable String order;
    private int amount;
    private boolean warned;
    private int uses;
    private int warnings;
    private int expiries;

    /** How far its expiry is: more than a day, less, or past. */
    private enum Term {
        FAR,
        NEAR,
        PAST
    }

    /**
     * Makes a coupon, alone in its campaign.
     *
     * @param seen collects what was done to a coupon of which status, and what came of it
     */
    CouponWalk(RedemptionDatabase db, Random random, Set<String> seen) {
        this.db = db;
        this.redemptions = new RedemptionStore(db.pool);
        this.revocations = new RevocationStore(db.pool);
        this.expiry = new ExpiryStore(db.pool);
        this.random = random;
        this.seen = seen;
        this.event = db.campaign(1, 1);
        this.code = db.coupons(event, 1).get(0);
    }

    void step(String name) {
        String before = status + (term == Term.PAST ? " past its expiry" : "");
        int choice = random.nextInt(20);
        String done;
        if (choice < 8) done = use(name);
        else if (choice < 13) done = cancel(name);
        else if (choice < 14) done = revoke(name);
        else if (choice < 17) done = sweep();
        else done = comesNearer();
        seen.add(before + ": " + done);
        assertThat(stored()).as(name + ", " + done).isEqualTo(foretold());
    }

    private String use(String name) {
        String by = ORDERS.get(random.nextInt(ORDERS.size()));
        int price = AMOUNTS.get(random.nextInt(AMOUNTS.size()));
        boolean again = status == Status.USED && by.equals(order) && price == amount;
        String expected = "given";
        if (status == Status.USED && !again)
            expected = by.equals(order) ? "IDEMPOTENCY_KEY_REUSED" : "COUPON_NOT_ACTIVE";
        else if (status == Status.REVOKED) expected = "COUPON_NOT_ACTIVE";
        else if (status == Status.EXPIRED || (status == Status.ACTIVE && term == Term.PAST))
            expected = "COUPON_EXPIRED";
        else if (!again && price < 100) expected = "MIN_PURCHASE_NOT_MET";
        var answer = await(redemptions.use(code, 1, new Order(by, BigDecimal.valueOf(price))));
        assertThat(told(answer)).as(name).isEqualTo(expected);
        if (answer instanceof Answer.Given<RedemptionStore.Used> given) {
            assertThat(given.value().fresh()).as(name).isEqualTo(!again);
            if (!again) uses++;
            status = Status.USED;
            order = by;
            amount = price;
        }
        return "use " + expected + (again ? " again" : "");
    }

    private String cancel(String name) {
        String by = ORDERS.get(random.nextInt(ORDERS.size()));
        String expected = by.equals(order) ? "given" : "COUPON_NOT_ACTIVE";
        var answer = await(redemptions.cancel(code, 1, by));
        assertThat(told(answer)).as(name).isEqualTo(expected);
        if (answer instanceof Answer.Given<Boolean> given) {
            assertThat(given.value()).as(name).isEqualTo(status == Status.USED);
            if (status == Status.USED) status = Status.ACTIVE;
        }
        return "cancel " + expected;
    }

    private String revoke(String name) {
        String expected = "given";
        if (status == Status.USED) expected = "COUPON_NOT_ACTIVE";
        else if (status == Status.EXPIRED || (status == Status.ACTIVE && term == Term.PAST))
            expected = "COUPON_EXPIRED";
        var answer = await(revocations.revoke(code, Deed.ofTheService("coupon.revoke")));
        assertThat(told(answer)).as(name).isEqualTo(expected);
        if (answer instanceof Answer.Given<RevocationStore.Revoked> given) {
            assertThat(given.value().fresh()).as(name).isEqualTo(status == Status.ACTIVE);
            status = Status.REVOKED;
        }
        return "revoke " + expected;
    }

    /** As the service does it: first what is to be warned of, then what has expired. */
    private String sweep() {
        int marked;
        do marked = await(expiry.warn(DAY));
        while (marked == ExpiryStore.BATCH);
        do marked = await(expiry.expire());
        while (marked == ExpiryStore.BATCH);
        if (status == Status.ACTIVE && term != Term.FAR && !warned) {
            warned = true;
            if (term == Term.NEAR) warnings++;
        }
        if (status == Status.ACTIVE && term == Term.PAST) {
            status = Status.EXPIRED;
            expiries++;
        }
        return "sweep";
    }

    /** Most of its life passes. */
    private String comesNearer() {
        if (term != Term.PAST) {
            term = term == Term.FAR ? Term.NEAR : Term.PAST;
            String expiry = term == Term.NEAR ? "+ interval '1 hour'" : "- interval '1 second'";
            db.set(code, "issued_at = now() - interval '29 days', expires_at = now() " + expiry);
        }
        return "wait";
    }

    private String stored() {
        return db.texts(
                        """
                        select concat_ws(' ', status, coalesce(order_id, '-'), coalesce(purchase_amount::integer::text, '-'),
                                         warned, e.issued_count, e.revoked_count,
                                         (select count(*) from outbox o where o.event_id = e.id and o.topic = 'coupon.used'),
                                         (select count(*) from outbox o where o.event_id = e.id and o.topic = 'coupon.expiring'),
                                         (select count(*) from outbox o where o.event_id = e.id and o.topic = 'coupon.expired'))
                          from user_coupons c join coupon_events e on e.id = c.event_id
                         where c.coupon_code = $1
                        """,
                        code)
                .get(0);
    }

    private String foretold() {
        int revoked = status == Status.REVOKED ? 1 : 0;
        return String.join(
                " ",
                status.name().toLowerCase(Locale.ROOT),
                order == null ? "-" : order,
                status == Status.USED ? Integer.toString(amount) : "-",
                warned ? "t" : "f",
                Integer.toString(1 - revoked),
                Integer.toString(revoked),
                Integer.toString(uses),
                Integer.toString(warnings),
                Integer.toString(expiries));
    }

    /** What the books of its campaign get wrong. */
    List<String> mistakes() {
        return db.mistakes(event);
    }

    private static String told(Answer<?> answer) {
        return answer instanceof Answer.Denied<?> denied
                ? denied.problem().code().name()
                : "given";
    }
}
