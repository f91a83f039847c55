package io.couponrush.testkit;

import io.vertx.core.json.JsonObject;

/**
 * Another system that has signed in with a secret of its own.
 *
 * @param token its access token
 */
public record Partner(Staff staff, long partnerId, Web web, String token) {
    /** A new one, with no campaigns yet. */
    public static Partner signsIn(Service service, Staff staff, String name) {
        JsonObject made = staff.web()
                .post("/api/admin/partners", new JsonObject().put("name", name))
                .with(201);
        var credentials = new JsonObject()
                .put("grantType", "client_credentials")
                .put("clientId", made.getString("clientId"))
                .put("clientSecret", made.getString("clientSecret"));
        Web anybody = Web.anybody(service);
        String token = anybody.post("/api/auth/token", credentials).with(200).getString("accessToken");
        return new Partner(staff, made.getLong("partnerId"), anybody.as(token), token);
    }

    public Partner isGiven(long eventId) {
        staff.web().put(campaigns() + "/" + eventId, null).with(204);
        return this;
    }

    public void loses(long eventId) {
        staff.web().delete(campaigns() + "/" + eventId, null).with(204);
    }

    /** Where its campaigns are. */
    public String campaigns() {
        return "/api/admin/partners/" + partnerId + "/events";
    }
}
