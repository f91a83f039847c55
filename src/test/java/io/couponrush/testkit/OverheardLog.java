package io.couponrush.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** Everything that our own code says while somebody listens, down to the last detail. */
public final class OverheardLog extends AppenderBase<ILoggingEvent> {
    private final Queue<String> lines = new ConcurrentLinkedQueue<>();
    private final Queue<String> errors = new ConcurrentLinkedQueue<>();
    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Logger ours = (Logger) LoggerFactory.getLogger("io.couponrush");
    private final Level before = ours.getLevel();

    @Override
    public void start() {
        super.start();
        setContext(root.getLoggerContext());
        root.addAppender(this);
        ours.setLevel(Level.TRACE);
        ours.setAdditive(true);
    }

    @Override
    public void stop() {
        ours.setLevel(before);
        root.detachAppender(this);
        super.stop();
    }

    public Collection<String> lines() {
        return lines;
    }

    /** Those at level ERROR. */
    public Collection<String> errors() {
        return errors;
    }

    @Override
    protected void append(ILoggingEvent event) {
        String line = event.getLevel() + " " + event.getLoggerName() + " " + event.getFormattedMessage() + " "
                + event.getKeyValuePairs() + " " + event.getMDCPropertyMap() + " "
                + (event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy()));
        lines.add(line);
        if (event.getLevel().isGreaterOrEqual(Level.ERROR)) errors.add(line);
    }
}
