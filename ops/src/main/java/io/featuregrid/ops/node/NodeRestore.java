package io.featuregrid.ops.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.ops.backup.Restore;
import io.featuregrid.ops.backup.WrittenBackup;
import io.featuregrid.ops.config.NodeSettings;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Makes a home of a backup, for a node that is started afterwards. */
public final class NodeRestore {
    /** Lies in a home while it is restored: no node starts from what a crash left of it. */
    private static final String MARKER = "restore.incomplete";

    private NodeRestore() {}

    /**
     * Restores a backup, whole; it is read and found undamaged before anything is written.
     *
     * @param launch the home, absent or empty, and the settings that its node is started with
     * @return what was restored
     * @throws UsageException if the settings are wrong
     * @throws FeatureGridException CONFLICT if the home is not empty or a node runs there; INVALID_QUERY if the folder holds no whole backup;
     *     INTERNAL_SERVER_ERROR if the backup is damaged or the home cannot be written
     */
    public static ObjectNode restore(Path backup, NodeLaunch launch, Consumer<String> progress) {
        NodeSettings settings = launch.onFreePorts().settings();
        Path home = settings.home();
        HomeLock.holder(home).ifPresent(pid -> {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "a node (process " + pid + ") runs in " + home + " (expected an empty folder, or none)");
        });
        requireEmpty("home", home);
        Path elsewhere = settings.history().folder();
        if (elsewhere != null) {
            requireEmpty("folder of the history", elsewhere);
        }
        if (!settings.grid().addresses().peers().isEmpty()) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the settings name peers (expected none: a backup becomes a grid of its own, which others join later)");
        }
        progress.accept("checksums");
        Restore restore = new Restore(WrittenBackup.open(backup, () -> {}), progress);
        try {
            Files.createDirectories(home);
            HomeLock lock = HomeLock.take(home);
            try {
                Files.createFile(home.resolve(MARKER));
                ObjectNode result = restore.into(home, settings.grid(), settings.history());
                Files.delete(home.resolve(MARKER));
                return result;
            } finally {
                lock.close();
            }
        } catch (IOException failure) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "the home " + home + " could not be written: " + failure
                            + " (expected a folder with room that this user may write; delete what is there)",
                    failure);
        }
    }

    /** Refuses a home that was not restored to its end. */
    static void requireWhole(Path home) {
        if (Files.exists(home.resolve(MARKER))) {
            throw new FeatureGridException(
                    ErrorCode.CONFLICT,
                    "the home " + home + " was not restored to its end (expected a whole one: delete the folder and"
                            + " restore the backup again)");
        }
    }

    private static void requireEmpty(String what, Path folder) {
        try (Stream<Path> content = Files.isDirectory(folder) ? Files.list(folder) : Stream.<Path>empty()) {
            if (Files.isRegularFile(folder) || content.findAny().isPresent()) {
                throw new FeatureGridException(
                        ErrorCode.CONFLICT,
                        "the " + what + " " + folder + " is not empty (expected an empty folder, or none)");
            }
        } catch (IOException failure) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "the " + what + " " + folder + " cannot be looked at: " + failure
                            + " (expected a folder that this user may read and write)",
                    failure);
        }
    }
}
