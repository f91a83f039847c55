package io.couponrush.testkit;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;

/** Somebody with role ADMIN at the staff console. */
public final class Staff {
    private final Web web;
    private final String token;

    public Staff(Service service) {
        var credentials = new JsonObject().put("email", Service.ADMIN_EMAIL).put("password", Service.ADMIN_PASSWORD);
        var anybody = Web.anybody(service);
        var tokens = anybody.post("/api/auth/login", credentials).with(200);
        this.token = tokens.getString("accessToken");
        this.web = anybody.as(token);
    }

    /** The id of the new campaign. */
    public long opens(Sale sale) {
        return web.post("/api/admin/events", sale.json()).with(201).getLong("eventId");
    }

    public JsonObject sees(long eventId) {
        return web.get("/api/coupons/events/" + eventId).with(200);
    }

    public JsonObject statsOf(long eventId) {
        return web.get("/api/admin/events/" + eventId + "/stats").with(200);
    }

    public JsonObject pauses(long eventId) {
        return act(eventId, "pause");
    }

    public JsonObject resumes(long eventId) {
        return act(eventId, "resume");
    }

    public JsonObject ends(long eventId) {
        return act(eventId, "end");
    }

    public JsonObject startsIn(long eventId, Duration time) {
        String start = Instant.now().plus(time).toString();
        return web.patch("/api/admin/events/" + eventId, new JsonObject().put("startTime", start))
                .with(200);
    }

    public JsonObject setsTotal(long eventId, int total) {
        return asksForTotal(eventId, total).with(200);
    }

    public Web.Reply asksForTotal(long eventId, int total) {
        return web.patch("/api/admin/events/" + eventId, new JsonObject().put("totalCount", total));
    }

    public String token() {
        return token;
    }

    /** What else the staff may do, by hand. */
    public Web web() {
        return web;
    }

    private JsonObject act(long eventId, String verb) {
        return web.post("/api/admin/events/" + eventId + "/" + verb, null).with(200);
    }
}
