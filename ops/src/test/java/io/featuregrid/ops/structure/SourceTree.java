package io.featuregrid.ops.structure;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where the checkout lies whose modules are built. */
final class SourceTree {
    private SourceTree() {}

    /** The checkout's folder: the nearest one above the module under test that holds the whole build. */
    static Path root() {
        Path folder = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        for (Path candidate = folder; candidate != null; candidate = candidate.getParent()) {
            if (Files.isDirectory(candidate.resolve("planner")) && Files.isDirectory(candidate.resolve("ops"))) {
                return candidate;
            }
        }
        throw new IllegalStateException("no folder above " + folder + " holds the modules planner and ops");
    }
}
