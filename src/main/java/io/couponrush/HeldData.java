package io.couponrush;

import io.couponrush.account.AccountStore;
import io.couponrush.account.Holding;
import io.couponrush.audit.AuditStore;
import io.couponrush.backing.UserList;
import io.couponrush.draw.DrawStore;
import io.couponrush.issuance.WalletStore;
import io.couponrush.notification.NoticeStore;
import io.vertx.sqlclient.Pool;
import java.util.List;

/** What is held about users beside their account: what they take along, and what is forgotten with them. */
final class HeldData {
    private static final UserList INTERESTS = new UserList("interests", "created_at");
    private static final UserList AUDIENCES = new UserList("event_audience", "added_at");

    /** Beside what {@code forget_user} (V012) forgets. */
    static final List<AccountStore.Forgetting> FORGOTTEN =
            List.of(INTERESTS::forget, AUDIENCES::forget, DrawStore::forget);

    private HeldData() {}

    static List<Holding> of(Pool pool, WalletStore wallet, NoticeStore notices, AuditStore audit) {
        return List.of(
                new Holding("coupons", "couponId", Long.MAX_VALUE, wallet::all),
                byEvent("interests", INTERESTS, pool),
                byEvent("audiences", AUDIENCES, pool),
                new Holding("draws", "eventId", 0, new DrawStore(pool, pool)::entriesOf),
                new Holding("notices", "id", 0, notices::after),
                new Holding("audit", "id", Long.MAX_VALUE, audit::about));
    }

    private static Holding byEvent(String name, UserList list, Pool pool) {
        return new Holding(name, "eventId", 0, (userId, event, limit) -> list.of(pool, userId, event, limit));
    }
}
