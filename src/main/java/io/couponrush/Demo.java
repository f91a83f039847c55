package io.couponrush;

import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.OptionalLong;

/** What {@code dev} has on its shelf at the first start, so that there is something to claim. */
final class Demo {
    private Demo() {}

    /** Seeds what is not there yet; doing it again changes nothing. */
    static Future<Shelf> seed(Vertx vertx, Settings settings) {
        return Future.succeededFuture(new Shelf(List.of(), OptionalLong.empty(), ""));
    }

    /**
     * What the banner shows.
     *
     * @param eventId the demo campaign
     */
    record Shelf(List<Login> logins, OptionalLong eventId, String title) {}

    /** Somebody to try it as. Their passwords are public: never outside {@code dev}. */
    record Login(String role, String email, String password) {}
}
