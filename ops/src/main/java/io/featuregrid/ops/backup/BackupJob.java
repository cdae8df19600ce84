package io.featuregrid.ops.backup;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A backup in a thread of its own, and how far it is. Safe for use by several threads. */
final class BackupJob {
    private static final Logger LOG = LoggerFactory.getLogger(BackupJob.class);

    private final BackupFolder folder;
    private final Thread thread;
    private volatile String state = "running";
    private volatile String step = "begin";
    private volatile boolean cancelled;
    private volatile @Nullable ObjectNode result;
    private volatile @Nullable FeatureGridException failure;

    private BackupJob(BackupPorts ports, BackupFolder folder) {
        this.folder = folder;
        Backup backup = new Backup(ports, folder, new Backup.Progress() {
            @Override
            public void step(String what) {
                check();
                step = what;
            }

            @Override
            public void check() {
                if (cancelled) {
                    throw new FeatureGridException(
                            ErrorCode.CANCELLED,
                            "the backup in " + folder.path() + " was cancelled; what is there is no backup: delete it");
                }
            }
        });
        this.thread = Thread.ofPlatform().name("featuregrid-backup").daemon().unstarted(() -> run(backup));
    }

    static BackupJob start(BackupPorts ports, BackupFolder folder) {
        BackupJob job = new BackupJob(ports, folder);
        job.thread.start();
        return job;
    }

    boolean running() {
        return state.equals("running");
    }

    /** Ends the backup soon, if it runs. */
    void cancel() {
        cancelled = true;
    }

    void awaitEnd() {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** {@code {state, directory, step, files, bytes, result?, error?}}. */
    ObjectNode describe() {
        ObjectNode described = JsonNodeFactory.instance.objectNode();
        // Before its result: a job that is told done has one.
        described.put("state", state);
        described.put("directory", folder.path().toString());
        described.put("step", step).put("files", folder.files()).put("bytes", folder.bytes());
        ObjectNode done = result;
        if (done != null) {
            described.set("result", done);
        }
        FeatureGridException failed = failure;
        if (failed != null) {
            described
                    .putObject("error")
                    .put("code", failed.first().code().name())
                    .put("message", failed.first().message());
        }
        return described;
    }

    private void run(Backup backup) {
        try {
            result = backup.run();
            state = "done";
            LOG.info("a backup was written to {}: {}", folder.path(), result);
        } catch (FeatureGridException refused) {
            failure = refused;
            state = cancelled ? "cancelled" : "failed";
            LOG.warn("the backup in {} ended early: {}", folder.path(), refused.getMessage());
        } catch (IOException failed) {
            failure = BackupFolder.failed(folder.path(), failed);
            state = "failed";
            LOG.warn("the backup in {} failed", folder.path(), failed);
        } catch (RuntimeException failed) {
            LOG.error("the backup in {} failed", folder.path(), failed);
            failure = new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "the backup in " + folder.path() + " failed; the node's log says why (expected none; delete what is"
                            + " there)",
                    failed);
            state = "failed";
        }
    }
}
