package io.couponrush;

import io.couponrush.campaign.DemoCampaign;
import io.couponrush.http.Role;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.List;

/** What {@code dev} has on its shelf at the first start, so that there is something to claim. */
final class Demo {
    private static final List<Login> LOGINS = List.of(
            new Login(Role.USER, "mina@demo.couponrush.example", "mina-likes-coupons", "Mina"),
            new Login(Role.ADMIN, "admin@demo.couponrush.example", "admin-runs-campaigns", "Admin"));

    private Demo() {}

    /** Seeds what is not there yet; doing it again changes nothing. */
    static Future<Shelf> seed(Server server) {
        Future<Long> seeded = Future.succeededFuture(0L);
        for (Login login : LOGINS) {
            seeded = seeded.compose(
                    v -> server.account().ensureUser(login.email(), login.password(), login.name(), login.role()));
        }
        return seeded.compose(v -> server.office()
                        .createIfAbsent(
                                DemoCampaign.terms(InstantSource.system().instant())))
                .map(campaign ->
                        new Shelf(LOGINS, campaign.eventId(), campaign.terms().title()));
    }

    /**
     * What the banner shows.
     *
     * @param eventId the demo campaign
     */
    record Shelf(List<Login> logins, long eventId, String title) {}

    /** Somebody to try it as. Their passwords are public: never outside {@code dev}. */
    record Login(Role role, String email, String password, String name) {}
}
