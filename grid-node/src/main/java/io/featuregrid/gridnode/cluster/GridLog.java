package io.featuregrid.gridnode.cluster;

import java.util.List;
import org.apache.ignite.IgniteLogger;
import org.apache.ignite.internal.processors.odbc.ClientListenerNioListener;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ignite's log as part of ours. What Ignite calls information, some hundred lines a start, is shown only to who debugs. */
final class GridLog implements IgniteLogger {
    /** Whoever reads what is not there, or is refused, would else write a page of the node's log each time. */
    private static final String CLIENTS = ClientListenerNioListener.class.getName();

    /** Advice that does not concern a node of ours: the heap may grow, and every write waits for its answer, so no queue does. */
    private static final List<String> HINTS = List.of("Initial heap size is", "Message queue limit is set to 0");

    private final Logger log;
    private final boolean clients;

    GridLog(String category) {
        this.clients = category.equals(CLIENTS);
        this.log = LoggerFactory.getLogger(category);
    }

    @Override
    public IgniteLogger getLogger(Object category) {
        return new GridLog(category instanceof Class<?> type ? type.getName() : String.valueOf(category));
    }

    @Override
    public void trace(String message) {
        log.trace(message);
    }

    @Override
    public void debug(String message) {
        log.trace(message);
    }

    @Override
    public void info(String message) {
        log.debug(message);
    }

    @Override
    public void warning(String message, @Nullable Throwable failure) {
        if (clients || HINTS.stream().anyMatch(message::startsWith)) {
            log.debug(message, failure);
        } else {
            log.warn(message, failure);
        }
    }

    @Override
    public void error(String message, @Nullable Throwable failure) {
        log.error(message, failure);
    }

    @Override
    public boolean isTraceEnabled() {
        return log.isTraceEnabled();
    }

    @Override
    public boolean isDebugEnabled() {
        return log.isTraceEnabled();
    }

    @Override
    public boolean isInfoEnabled() {
        return log.isDebugEnabled();
    }

    /** Quiet, Ignite would write to standard output. */
    @Override
    public boolean isQuiet() {
        return false;
    }

    @Override
    public @Nullable String fileName() {
        return null;
    }
}
