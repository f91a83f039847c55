package io.couponrush.notification;

import io.couponrush.config.Settings;
import io.couponrush.http.Caller;
import io.couponrush.http.Callers;
import io.couponrush.http.Permission;
import io.couponrush.notification.BrowserAddress.Kind;
import io.couponrush.ops.SocketMeters;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.handler.sockjs.SockJSSocket;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

/**
 * One browser's connection: what it may ask, what it listens to, and what it has not read yet. Nothing that it sends
 * reaches the bus. Belongs to one event loop.
 */
final class BridgeSocket {
    private static final int GOING_AWAY = 1001;
    private static final int POLICY = 1008;
    private static final int TOO_BIG = 1009;
    private static final int UNAUTHENTICATED = 401;
    private static final int FORBIDDEN = 403;
    private static final int BAD = 400;
    private static final int COME_BACK_MIN_MS = 500;
    private static final int COME_BACK_MAX_MS = 5_000;

    private final SockJSSocket socket;
    private final Audience audience;
    private final Settings.Notification settings;
    private final Callers callers;
    private final SocketMeters meters;
    private final LongSupplier nanoTime;
    private final FrameBudget budget;
    /** What it listens to, with the token that allows it; empty for what everybody may hear. */
    private final Map<BrowserAddress, String> subscriptions = new LinkedHashMap<>();

    private long lastPing;
    private int unfinished;
    private boolean closed;

    BridgeSocket(
            SockJSSocket socket,
            Audience audience,
            Settings.Notification settings,
            Callers callers,
            SocketMeters meters,
            LongSupplier nanoTime) {
        this.socket = socket;
        this.audience = audience;
        this.settings = settings;
        this.callers = callers;
        this.meters = meters;
        this.nanoTime = nanoTime;
        this.lastPing = nanoTime.getAsLong();
        this.budget = new FrameBudget(settings.framesPerSecond(), settings.framesBurst(), lastPing);
    }

    void start() {
        socket.handler(this::receive)
                .exceptionHandler(broken -> close(POLICY, "broken"))
                .closeHandler(v -> forget());
    }

    /** More than a browser may leave unread, and it is closed. */
    void write(String frame) {
        if (closed) {
            return;
        }
        if (unfinished >= settings.unfinishedMax()) {
            meters.slowClosed();
            close(POLICY, "too slow");
            return;
        }
        unfinished++;
        socket.write(frame).onComplete(written -> unfinished--);
    }

    /** Ends what a token no longer allows, and a socket that gives no sign of life. */
    void sweep(long now) {
        if (now - lastPing >= settings.pingTimeout().toNanos()) {
            close(GOING_AWAY, "no ping");
            return;
        }
        for (var subscription : List.copyOf(subscriptions.entrySet())) {
            if (!mayHear(subscription.getKey(), subscription.getValue())) {
                leave(subscription.getKey());
                error(subscription.getKey().text(), UNAUTHENTICATED, "session_ended");
            }
        }
    }

    /** Tells it, on one of the addresses it listens to, that this node stops and when to come back. */
    Future<Void> sayGoodbye() {
        if (closed || subscriptions.isEmpty()) {
            return Future.succeededFuture();
        }
        int after = ThreadLocalRandom.current().nextInt(COME_BACK_MIN_MS, COME_BACK_MAX_MS);
        String address = subscriptions.keySet().iterator().next().text();
        return socket.write(
                ServerFrame.message(address, "{\"type\":\"drain\",\"data\":{\"reconnectAfterMs\":" + after + "}}"));
    }

    /** Tells the browser to ask for what it missed, within that time. */
    void askToCatchUp(BrowserAddress address, int withinMillis) {
        int after = ThreadLocalRandom.current().nextInt(withinMillis);
        write(ServerFrame.message(address.text(), "{\"type\":\"missed\",\"data\":{\"askAfterMs\":" + after + "}}"));
    }

    void goAway() {
        close(GOING_AWAY, "this node stops");
    }

    private void receive(Buffer data) {
        if (closed) {
            return;
        }
        if (!budget.take(nanoTime.getAsLong())) {
            close(POLICY, "too many frames");
        } else if (data.length() > settings.frameMax()) {
            close(TOO_BIG, "frame too big");
        } else {
            answer(ClientFrame.parse(data));
        }
    }

    private void answer(ClientFrame frame) {
        switch (frame.type()) {
            case PING -> lastPing = nanoTime.getAsLong();
            case REGISTER -> register(frame);
            case UNREGISTER -> unregister(frame);
            case SEND -> error(frame.address(), FORBIDDEN, "access_denied");
            case INVALID -> error("", BAD, frame.problem());
        }
    }

    private void register(ClientFrame frame) {
        BrowserAddress address = BrowserAddress.parse(frame.address());
        String token = frame.token() == null ? "" : frame.token();
        if (frame.address().length() > settings.addressMax()) {
            refuse(frame, BAD, "max_address_length_reached");
        } else if (address == null) {
            refuse(frame, FORBIDDEN, "access_denied");
        } else if (subscriptions.containsKey(address)) {
            refuse(frame, BAD, "address_already_registered");
        } else if (subscriptions.size() >= settings.handlersMax()) {
            refuse(frame, BAD, "max_handlers_reached");
        } else if (!mayHear(address, token)) {
            refuse(frame, callers.of(token) == null ? UNAUTHENTICATED : FORBIDDEN, "access_denied");
        } else {
            subscriptions.put(address, address.kind() == Kind.USER ? token : "");
            audience.join(address, this);
        }
    }

    private void unregister(ClientFrame frame) {
        BrowserAddress address = BrowserAddress.parse(frame.address());
        if (address == null) {
            error(frame.address(), FORBIDDEN, "access_denied");
        } else {
            leave(address);
        }
    }

    private boolean mayHear(BrowserAddress address, String token) {
        if (address.kind() == Kind.EVENT) {
            return true;
        }
        Caller caller = callers.of(token);
        return caller != null && caller.userId() == address.id() && caller.may(Permission.TAKE_PART);
    }

    private void refuse(ClientFrame frame, int code, String problem) {
        meters.registrationRefused();
        error(frame.address(), code, problem);
    }

    private void error(String address, int code, String problem) {
        write(ServerFrame.error(address.length() > settings.addressMax() ? "" : address, code, problem));
    }

    private void leave(BrowserAddress address) {
        if (subscriptions.remove(address) != null) {
            audience.leave(address, this);
        }
    }

    private void close(int code, String reason) {
        if (!closed) {
            forget();
            socket.close(code, reason);
        }
    }

    private void forget() {
        closed = true;
        List.copyOf(subscriptions.keySet()).forEach(this::leave);
        audience.closed(this);
    }
}
