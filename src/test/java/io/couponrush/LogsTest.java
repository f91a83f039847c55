package io.couponrush;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.joran.spi.JoranException;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.status.NopStatusListener;
import ch.qos.logback.core.status.Status;
import ch.qos.logback.core.status.StatusListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.KeyValuePair;

class LogsTest {
    private static final String TOKEN = "eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJtaW5hIn0.c2lnbmF0dXJl-_x";

    @ParameterizedTest
    @ValueSource(strings = {"console", "json"})
    void noFormOfALineTellsEmailsAndTokens(String form) throws JoranException {
        String line = written(
                form,
                "cannot send to <mina.park+1@example.co.kr>, uri postgresql://app:pass@db:5432/x",
                List.of(new KeyValuePair("what", "Bearer " + TOKEN)),
                new IllegalStateException("Key (email)=(mina@example.com) exists"));
        assertThat(line)
                .contains("cannot send to <****>", "Key (email)=(****) exists", "IllegalStateException", "what")
                .doesNotContain("mina")
                .doesNotContain("pass@")
                .doesNotContain("c2lnbmF0dXJl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"console", "json"})
    void aLongLineIsWrittenInNoTime(String form) throws JoranException {
        long began = System.nanoTime();
        String line = written(form, "a".repeat(200_000) + " " + "eyJ".repeat(50_000), List.of(), null);
        assertThat(line).contains("aaaa");
        assertThat(System.nanoTime() - began).isLessThan(3_000_000_000L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"console", "json"})
    void aMessageIsOneLine(String form) throws JoranException {
        assertThat(written(form, "one\r\ntwo\nthree", List.of(), null).strip().lines())
                .hasSize(1);
    }

    /** Logback and the encoder's queue tell on stdout, between the objects, when nobody listens. */
    @ParameterizedTest
    @ValueSource(strings = {"console", "json"})
    void noFormTellsOfTheLogItself(String form) throws JoranException {
        LoggerContext context = configured(form);
        assertThat(context.getStatusManager().getCopyOfStatusListenerList())
                .isNotEmpty()
                .allMatch(listener -> listener instanceof NopStatusListener);
        context.stop();
    }

    @Test
    void whatComesWhileTheLogStopsIsToldToNobody() throws JoranException {
        LoggerContext context = configured("json");
        var told = new ArrayList<Status>();
        context.getStatusManager().add((StatusListener) told::add);
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        Appender<ILoggingEvent> output = root.getAppender("output");
        var late = new AppenderBase<ILoggingEvent>() {
            @Override
            public void stop() {
                output.stop();
                root.warn("after the queue");
            }

            @Override
            protected void append(ILoggingEvent event) {}
        };
        late.setContext(context);
        root.addAppender(late);
        Logs.stop(context);
        assertThat(context.getStatusManager().getCopyOfStatusList())
                .anyMatch(status -> status.getMessage().contains("non started appender"));
        assertThat(told).isEmpty();
    }

    private static String written(String form, String message, List<KeyValuePair> pairs, @Nullable Throwable failure)
            throws JoranException {
        LoggerContext context = configured(form);
        try {
            var logger = context.getLogger("io.couponrush.Test");
            var event = new LoggingEvent(LogsTest.class.getName(), logger, Level.WARN, message, failure, null);
            event.setKeyValuePairs(pairs);
            return new String(console(context).getEncoder().encode(event), UTF_8);
        } finally {
            context.stop();
        }
    }

    private static LoggerContext configured(String form) throws JoranException {
        var context = new LoggerContext();
        context.setMDCAdapter(new LogbackMDCAdapter());
        context.putProperty("couponrush.log", form);
        var configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LogsTest.class.getResource("/logback.xml"));
        return context;
    }

    private static ConsoleAppender<ILoggingEvent> console(LoggerContext context) {
        Appender<ILoggingEvent> output =
                context.getLogger(Logger.ROOT_LOGGER_NAME).getAppender("output");
        if (output instanceof AppenderAttachable<?> queue) {
            @SuppressWarnings("unchecked") // it holds appenders of the same events
            var behind = ((AppenderAttachable<ILoggingEvent>) queue).getAppender("stdout");
            return (ConsoleAppender<ILoggingEvent>) behind;
        }
        return (ConsoleAppender<ILoggingEvent>) output;
    }
}
