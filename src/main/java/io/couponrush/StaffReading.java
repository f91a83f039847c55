package io.couponrush;

import io.couponrush.audit.AuditRoutes;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.AuditTrail;
import io.couponrush.bus.Addresses;
import io.couponrush.campaign.Campaigns;
import io.couponrush.config.Settings;
import io.couponrush.http.Authentication;
import io.couponrush.http.Routes;
import io.couponrush.issuance.RefusalTally;
import io.couponrush.staff.CouponExportRoutes;
import io.couponrush.staff.CouponListRoutes;
import io.couponrush.staff.CouponListStore;
import io.couponrush.staff.Statistics;
import io.couponrush.staff.StatsRoutes;
import io.couponrush.staff.StatsStore;
import io.vertx.core.Future;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.concurrent.Semaphore;

/** What the staff reads, over connections of its own, so that a long look keeps nobody waiting. Made once for a node. */
final class StaffReading {
    private static final DeliveryOptions ASK = new DeliveryOptions().setSendTimeout(500);

    private final Settings.Staff settings;
    private final EventBus bus;
    private final Reads reads;
    private final AuditStore audit;
    private final Statistics statistics;
    private final Semaphore exports;

    /**
     * Makes the parts.
     *
     * @param pool what the audit log is written with
     */
    StaffReading(EventBus bus, Settings.Staff settings, Pool pool, Reads reads, RefusalTally refusals) {
        this.settings = settings;
        this.bus = bus;
        this.reads = reads;
        audit = new AuditStore(pool, reads.ofStaff());
        var stats = new StatsStore(
                reads::ofLongReadings, settings.statementTimeout().multipliedBy(3));
        statistics = new Statistics(stats, refusals::flush, this::reserved, System::nanoTime);
        exports = new Semaphore(settings.exports());
    }

    AuditStore audit() {
        return audit;
    }

    /** One event loop's worth. */
    List<Routes> routes(Authentication authentication, Campaigns campaigns, AuditTrail trail) {
        var coupons = new CouponListStore(reads::ofStaff);
        var exported = new CouponListStore(reads::ofLongReadings);
        return List.of(
                new StatsRoutes(authentication, statistics, trail),
                new CouponListRoutes(authentication, campaigns, coupons),
                new CouponExportRoutes(authentication, campaigns, exported, trail, exports, settings.exportTimeout()),
                new AuditRoutes(authentication, audit));
    }

    private Future<Long> reserved(long eventId) {
        return bus.<Long>request(Addresses.RESERVED, eventId, ASK).map(Message::body);
    }
}
