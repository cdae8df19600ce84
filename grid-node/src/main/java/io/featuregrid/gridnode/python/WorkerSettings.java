package io.featuregrid.gridnode.python;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * How Python functions are run.
 *
 * @param python gives a command that starts CPython 3.11 or later with pyarrow
 * @param packages the folder that the package {@code featuregrid} lies in
 * @param home the node's folder; {@code workers}, {@code artifacts} and {@code environments} in it are made by this
 * @param maxWorkers the most processes at once
 * @param memoryBytes the address space of each; 0 for no limit
 * @param idle after which a process that nobody needs is ended
 */
public record WorkerSettings(
        Supplier<String> python, Path packages, Path home, int maxWorkers, long memoryBytes, Duration idle) {
    public WorkerSettings {
        if (maxWorkers < 1) {
            throw new IllegalArgumentException("maxWorkers is " + maxWorkers + " (expected at least 1)");
        }
    }
}
