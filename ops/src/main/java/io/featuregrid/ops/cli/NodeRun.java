package io.featuregrid.ops.cli;

import io.featuregrid.ops.node.Folders;
import io.featuregrid.ops.node.Node;
import io.featuregrid.ops.node.NodeLaunch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node inside this process, which ends in order whatever ends the process: the end of the command, SIGTERM, or Ctrl-C
 * at any moment, also while the node starts or a child works with it.
 *
 * <p>A signal ends the process with the status of {@link #setSignalStatus}, 0 unless set: to be stopped is what a node is for.
 */
final class NodeRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeRun.class);
    private static final long CHILD_SECONDS = 5;

    private final Object life = new Object();
    private final CountDownLatch never = new CountDownLatch(1);
    private @Nullable Node node;
    private @Nullable Process child;
    private @Nullable Path throwaway;
    private boolean closed;
    private volatile int signalStatus;

    /** Made before anything that has to be ended. */
    NodeRun() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::endBySignal, "stop"));
    }

    /** Makes a folder that is deleted at the end. */
    Path throwawayHome() throws IOException {
        synchronized (life) {
            stayIfClosed();
            Path folder = Files.createTempDirectory("featuregrid-");
            throwaway = folder;
            return folder;
        }
    }

    /** Starts the node. A signal meanwhile takes effect when it has started, which takes seconds. */
    Node start(NodeLaunch launch) {
        synchronized (life) {
            stayIfClosed();
            keepTemporaryFilesIn(launch.home().resolve("temporary"));
            Node started = Node.start(launch);
            node = started;
            return started;
        }
    }

    /** Starts a child that is ended before the node is. */
    Process startChild(ProcessBuilder builder) throws IOException {
        synchronized (life) {
            stayIfClosed();
            Process started = builder.start();
            child = started;
            return started;
        }
    }

    /** The exit status that a signal ends the process with. */
    void setSignalStatus(int status) {
        signalStatus = status;
    }

    /** Waits for a signal, which ends the process. */
    void awaitSignal() throws InterruptedException {
        never.await();
    }

    /** Ends the child, stops the node and deletes the throwaway home, in this order. Closing twice does nothing. */
    @Override
    public void close() {
        end();
    }

    /** Whether this call was the one that ended it. */
    private boolean end() {
        synchronized (life) {
            if (closed) {
                return false;
            }
            closed = true;
            if (child != null) {
                end(child);
            }
            if (node != null) {
                node.close();
            }
            if (throwaway != null) {
                try {
                    Folders.delete(throwaway);
                } catch (IOException failure) {
                    LOG.warn("{} is left behind", throwaway, failure);
                }
            }
            return true;
        }
    }

    /** Runs at every end of the process, and does something only at one that the command did not bring about itself. */
    private void endBySignal() {
        if (end()) {
            System.out.flush();
            System.err.flush();
            // The virtual machine would end with 128 and the signal's number.
            Runtime.getRuntime().halt(signalStatus);
        }
    }

    /** Once a signal has ended it, nothing new begins: the caller waits for the process's end, which is near. */
    private void stayIfClosed() {
        while (closed) {
            try {
                never.await();
            } catch (InterruptedException interrupted) {
                LOG.debug("interrupted at the end", interrupted);
            }
        }
    }

    private static void end(Process child) {
        child.destroy();
        try {
            if (!child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)) {
                child.destroyForcibly().waitFor(CHILD_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException interrupted) {
            child.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    /** SQLite unpacks its native library, which belongs under the home like all else that a node writes. */
    private static void keepTemporaryFilesIn(Path folder) {
        System.setProperty("org.sqlite.tmpdir", folder.toString());
        System.setProperty("java.io.tmpdir", folder.toString());
    }
}
