package io.couponrush.testkit;

import io.vertx.core.json.JsonObject;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody with an account and a password, signed in since the account was opened. */
public record Member(Service service, long userId, String email, String password, JsonObject tokens) {
    private static final AtomicInteger COUNT = new AtomicInteger();

    /** Opens an account that nobody has yet. */
    public static Member signsUp(Service service, String name) {
        String email = name + COUNT.incrementAndGet() + "@stories.example";
        String password = "four plain words of " + name;
        var anybody = Web.anybody(service);
        long userId = anybody.post(
                        "/api/auth/register",
                        new JsonObject()
                                .put("email", email)
                                .put("password", password)
                                .put("name", name))
                .with(201)
                .getLong("userId");
        var tokens = anybody.post(
                        "/api/auth/login", new JsonObject().put("email", email).put("password", password))
                .with(200);
        return new Member(service, userId, email, password, tokens);
    }

    /** With the access token of the first login. */
    public Web web() {
        return Web.anybody(service).as(tokens.getString("accessToken"));
    }

    /** Another login, with that code; null for none. */
    public Web.Reply signsIn(String otp) {
        var body = new JsonObject().put("email", email).put("password", password);
        if (otp != null) body.put("otp", otp);
        return Web.anybody(service).post("/api/auth/login", body);
    }

    public Web.Reply signsIn() {
        return signsIn(null);
    }

    public Web.Reply refreshes() {
        return Web.anybody(service)
                .post("/api/auth/refresh", new JsonObject().put("refreshToken", tokens.getString("refreshToken")));
    }

    public Web.Reply claims(long eventId) {
        return web().post("/api/coupons/issue", new JsonObject().put("eventId", eventId));
    }
}
