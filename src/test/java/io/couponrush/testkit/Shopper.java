package io.couponrush.testkit;

import io.couponrush.testkit.Callers.Caller;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A user whose page is open: it listens to an event and to what this user alone is told, says now and then that it is there,
 * comes back when its socket is lost, and then asks for what it missed.
 */
public final class Shopper {
    private static final long COME_BACK_MS = 300;

    private final Service service;
    private final Caller caller;
    private final long eventId;
    private final Queue<Heard> heard = new ConcurrentLinkedQueue<>();
    private final Queue<JsonObject> errors = new ConcurrentLinkedQueue<>();
    private volatile Browser browser;
    private volatile boolean open;
    private volatile boolean left;

    /**
     * A message.
     *
     * @param at when it came, by {@link System#nanoTime}
     * @param replayed whether it was asked for, and not told
     */
    public record Heard(String type, JsonObject body, long at, boolean replayed) {
        JsonObject data() {
            return body.getJsonObject("data", new JsonObject());
        }
    }

    private Shopper(Service service, Caller caller, long eventId) {
        this.service = service;
        this.caller = caller;
        this.eventId = eventId;
    }

    /** One for each caller, half of them framed; each listens already. */
    public static List<Shopper> of(Service service, Callers callers, long eventId) {
        List<Shopper> all = new ArrayList<>();
        for (Caller caller : callers.all()) all.add(new Shopper(service, caller, eventId));
        all.forEach(Shopper::connect);
        all.forEach(shopper -> org.awaitility.Awaitility.await().until(() -> shopper.open));
        return all;
    }

    public Caller caller() {
        return caller;
    }

    public Browser browser() {
        return browser;
    }

    /** Connected, and what it asked for is registered. */
    public boolean isListening() {
        return open;
    }

    /** What came, in order. */
    public List<Heard> heard() {
        return List.copyOf(heard);
    }

    public List<Heard> heard(String type) {
        return heard.stream().filter(message -> message.type().equals(type)).toList();
    }

    /** What it was refused. */
    public List<JsonObject> errors() {
        return List.copyOf(errors);
    }

    /** The coupons that its page shows: each message id counts once, however often it came. */
    public List<Long> coupons() {
        Set<Long> ids = new HashSet<>();
        return heard("coupon.issued").stream()
                .filter(message -> ids.add(message.body().getLong("id")))
                .map(message -> message.data().getLong("couponId"))
                .toList();
    }

    /** Messages that are not for this user or not of this event. */
    public List<Heard> strangers() {
        return heard.stream()
                .filter(message -> message.data().containsKey("userId")
                        ? message.data().getLong("userId") != caller.userId()
                        : message.data().containsKey("eventId")
                                && message.data().getLong("eventId") != eventId)
                .toList();
    }

    public void leaves() {
        left = true;
        Future<Void> unused = browser.socket.close();
    }

    /** Asks for everything that was ever told to this user. */
    public void asksForWhatItMissed() {
        long last = 0;
        for (List<JsonObject> page = missed(last); !page.isEmpty(); page = missed(last)) {
            for (JsonObject message : page) {
                last = message.getLong("id");
                keep(message, true);
            }
        }
    }

    private List<JsonObject> missed(long after) {
        return Web.anybody(service)
                .as(caller.token())
                .get("/api/notifications?limit=100&after=" + after)
                .with(200)
                .getJsonArray("items")
                .stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    private void connect() {
        Browser.connect(service, caller.userId() % 2 == 0, this::hear).onComplete(this::listen, e -> comeBack());
    }

    private void listen(Browser connected) {
        browser = connected;
        Pings.keepOpen(connected.socket, connected::ping, this::comeBack);
        connected.register("coupon.events." + eventId).register("coupon.users." + caller.userId(), caller.token());
        connected.send(new JsonObject().put("type", "send").put("address", "registered"));
    }

    private void comeBack() {
        open = false;
        if (!left) Callers.VERTX.setTimer(COME_BACK_MS, timer -> connect());
    }

    private void hear(JsonObject frame) {
        if ("registered".equals(frame.getString("address"))) {
            open = true;
        } else if ("err".equals(frame.getString("type"))) {
            errors.add(frame);
        } else {
            keep(frame.getJsonObject("body"), false);
        }
    }

    private void keep(JsonObject body, boolean replayed) {
        heard.add(new Heard(body.getString("type"), body, System.nanoTime(), replayed));
    }
}
