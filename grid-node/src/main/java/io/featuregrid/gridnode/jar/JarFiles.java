package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.execute.Artifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Jars of the grid as files, written once a node. Safe for use by several threads. */
final class JarFiles {
    private final Artifacts artifacts;
    private final Path folder;

    JarFiles(Artifacts artifacts, Path folder) {
        this.artifacts = artifacts;
        this.folder = folder;
    }

    /**
     * The file of a jar.
     *
     * @throws IllegalStateException if there is none, with the reason
     */
    synchronized Path of(String sha256) {
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalStateException("artifact \"" + sha256 + "\" is no SHA-256 in hexadecimal");
        }
        Path target = folder.resolve(sha256 + ".jar");
        if (Files.isRegularFile(target)) {
            return target;
        }
        byte[] content = artifacts
                .get(sha256)
                .orElseThrow(() -> new IllegalStateException("artifact " + sha256 + " is not in the grid"));
        try {
            Files.createDirectories(folder);
            Path written = Files.write(folder.resolve(sha256 + ".jar.new"), content);
            move(written, target);
            return target;
        } catch (IOException failure) {
            throw new UncheckedIOException("jar " + sha256 + " cannot be written", failure);
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException plain) {
            Files.move(from, to);
        }
    }
}
