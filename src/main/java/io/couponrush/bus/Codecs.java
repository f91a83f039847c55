package io.couponrush.bus;

import io.vertx.core.eventbus.EventBus;
import java.util.List;

/** The one list of message types; a type that is not here does not cross the bus. */
public final class Codecs {
    static final List<Class<? extends Record>> TYPES = List.of(
            IssueCommands.class,
            IssueAnswers.class,
            CampaignChanged.class,
            StockTurned.class,
            Notices.class,
            SessionEnded.class);

    private Codecs() {}

    public static void registerAll(EventBus bus) {
        TYPES.forEach(type -> register(bus, type));
    }

    private static <T extends Record> void register(EventBus bus, Class<T> type) {
        bus.registerDefaultCodec(type, new RecordCodec<>(type));
    }
}
