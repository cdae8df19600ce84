package io.featuregrid.ops.node;

import java.nio.file.Path;

/** Where the package {@code featuregrid} of the notebooks and workers lies. */
final class PythonPackage {
    private PythonPackage() {}

    /** The folder to find it in: in the project's folder, which the launcher names, else in the current one. */
    static Path folder() {
        String root = System.getenv("FEATUREGRID_ROOT");
        return Path.of(root == null || root.isEmpty() ? "." : root)
                .resolve("python")
                .toAbsolutePath()
                .normalize();
    }
}
