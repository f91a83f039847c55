package io.couponrush.campaign;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.Deed;

/** What the audit log says of campaigns: the Event as the staff sees it. */
public final class EventAudit {
    private EventAudit() {}

    /** What entries about a campaign are found by. */
    public static String target(long eventId) {
        return "event:" + eventId;
    }

    static AuditEntry made(Deed deed, Campaign made) {
        return AuditEntry.done(deed, target(made.eventId()), EventJson.forStaff(made, made.createdAt()));
    }

    static AuditEntry changed(Deed deed, Change change) {
        return AuditEntry.changed(
                deed,
                target(change.after().eventId()),
                EventJson.forStaff(change.before(), change.at()),
                EventJson.forStaff(change.after(), change.at()));
    }
}
