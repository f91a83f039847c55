package io.couponrush;

import io.couponrush.account.AccountStore;
import io.couponrush.account.Holding;
import io.couponrush.audit.AuditStore;
import io.couponrush.interest.InterestStore;
import io.couponrush.issuance.WalletStore;
import io.couponrush.notification.NoticeStore;
import java.util.List;

/** What is held about users beside their account: what they take along, and what is forgotten with them. */
final class HeldData {
    /** Beside what {@code forget_user} (V012) forgets. */
    static final List<AccountStore.Forgetting> FORGOTTEN = List.of(InterestStore::forget);

    private HeldData() {}

    static List<Holding> of(WalletStore wallet, InterestStore interests, NoticeStore notices, AuditStore audit) {
        return List.of(
                new Holding("coupons", "couponId", Long.MAX_VALUE, wallet::all),
                new Holding("interests", "eventId", 0, interests::of),
                new Holding("notices", "id", 0, notices::after),
                new Holding("audit", "id", Long.MAX_VALUE, audit::ofActor));
    }
}
