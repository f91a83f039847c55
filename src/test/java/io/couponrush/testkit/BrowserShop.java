package io.couponrush.testkit;

import io.couponrush.testkit.Callers.Caller;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/** The whole service, and a real browser in which people look at its shop. */
public final class BrowserShop implements AutoCloseable {
    /** Of the same origin, and without the page. */
    public static final String ELSEWHERE = "assets/0/icon.svg";

    private static final String HOME = "127.0.0.1";

    private final Chromium chromium;
    private final RunningService service;
    private final Staff staff;

    private BrowserShop(Chromium chromium, RunningService service) {
        this.chromium = chromium;
        this.service = service;
        this.staff = service.staff();
    }

    /** Empty where this machine has no browser. */
    public static Optional<BrowserShop> start() {
        return Chromium.start().map(chromium -> new BrowserShop(chromium, serving()));
    }

    /** On a port that is the same after a restart. */
    private static RunningService serving() {
        return RunningService.start(Map.of("COUPONRUSH_HTTP_PORT", Integer.toString(FreePorts.find())));
    }

    public RunningService service() {
        return service;
    }

    public Staff staff() {
        return staff;
    }

    /** The address of a page. */
    public String at(String path) {
        return at(HOME, path);
    }

    private String at(String host, String path) {
        return "http://" + host + ":" + service.port() + "/" + path;
    }

    /** What opens an event in the list of them. */
    public static String card(long event) {
        return "a.card[href*='event=" + event + "']";
    }

    /** JavaScript after which somebody is signed in. */
    public static String stores(JsonObject session) {
        return "localStorage.setItem('couponrush.session', " + Json.encode(session.encode()) + ")";
    }

    /** In a new tab, with nothing in it. */
    public Tab somebody() {
        return chromium.person().tab();
    }

    /** Who has signed in and looks at the event. */
    public Visitor signedIn(Caller caller, long sale) {
        return signedIn(
                HOME, new JsonObject().put("accessToken", caller.token()).put("refreshToken", "none"), sale);
    }

    /** The same, on a host of that name. */
    public Visitor signedIn(String host, JsonObject session, long sale) {
        var person = chromium.person();
        person.tab().opens(at(host, ELSEWHERE)).value(stores(session));
        return () -> person.tab().opens(at(host, "?event=" + sale));
    }

    /** Somebody who looks at an event, in each new tab. */
    @FunctionalInterface
    public interface Visitor {
        Tab tab();
    }

    /** All tabs are closed. */
    public void everybodyLeaves() {
        chromium.everybodyLeaves();
    }

    @Override
    public void close() {
        chromium.close();
        service.close();
    }
}
