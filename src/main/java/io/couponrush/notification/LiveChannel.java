package io.couponrush.notification;

import io.couponrush.bus.Addresses;
import io.couponrush.bus.Notices;
import io.couponrush.bus.StockTurned;
import io.couponrush.campaign.Campaigns;
import io.couponrush.config.Settings;
import io.couponrush.http.Callers;
import io.couponrush.http.Routes;
import io.couponrush.ops.SocketMeters;
import io.couponrush.tracing.Tracing;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.function.LongSupplier;

/** From the bus to this node's browsers: one consumer for all of them, however many there are. */
public final class LiveChannel {
    private static final long SECOND_MS = 1_000;

    private final Vertx vertx;
    private final Settings.Notification settings;
    private final Handshake handshake;
    private final Callers callers;
    private final SocketMeters meters;
    private final LongSupplier nanoTime;
    private final NoticeBoard board;
    private final Turns turns = new Turns();
    private final StockTicker ticker;
    private final Hearing hearing;

    public LiveChannel(
            Vertx vertx,
            Settings settings,
            Callers callers,
            Campaigns campaigns,
            SocketMeters meters,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.vertx = vertx;
        this.board = new NoticeBoard(Tracing.of(vertx));
        this.settings = settings.notification();
        this.handshake = new Handshake(settings.http().corsOrigins(), this.settings, board, meters);
        this.callers = callers;
        this.meters = meters;
        this.nanoTime = nanoTime;
        this.ticker = new StockTicker(board, campaigns, turns, clock, nanoTime);
        this.hearing = new Hearing(nanoTime);
    }

    /** Done when the other nodes know that this one listens. */
    public Future<Void> start() {
        var notices = vertx.eventBus().<Notices>consumer(Addresses.NOTICES, message -> receive(message.body()));
        var turned = vertx.eventBus()
                .<StockTurned>consumer(Addresses.STOCK_TURNED, message -> ticker.turned(message.body()));
        vertx.setPeriodic(SECOND_MS / settings.stockPerSecond(), timer -> ticker.tick());
        vertx.setPeriodic(SECOND_MS, timer -> listenForSilence());
        return Future.join(List.of(notices.completion(), turned.completion())).mapEmpty();
    }

    /** One event loop's worth. */
    public Routes routes() {
        return new SockJsBridge(vertx, board, handshake, settings, callers, meters, nanoTime);
    }

    /** Sends the browsers elsewhere. */
    public Future<Void> drain() {
        return board.drain();
    }

    private void receive(Notices notices) {
        if (hearing.missedBefore(notices)) {
            catchUp();
        }
        notices.notices().stream().filter(turns::passes).forEach(board::post);
    }

    private void listenForSilence() {
        if (hearing.someoneFellSilent()) {
            catchUp();
        }
    }

    private void catchUp() {
        meters.missed();
        board.catchUp();
    }
}
