package io.featuregrid.gridnode.python;

import io.featuregrid.planner.execute.Artifacts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** The sources of Python functions, unpacked once a node. Safe for use by several threads. */
final class ArtifactFolders {
    private static final long MOST_BYTES = 256L << 20;

    private final Artifacts artifacts;
    private final Path folder;

    ArtifactFolders(Artifacts artifacts, Path folder) {
        this.artifacts = artifacts;
        this.folder = folder;
    }

    /**
     * The folder of an artifact's files.
     *
     * @throws IllegalStateException if it cannot be made, with the reason
     */
    synchronized Path of(String sha256) {
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalStateException("artifact \"" + sha256 + "\" is no SHA-256 in hexadecimal");
        }
        Path target = folder.resolve(sha256);
        if (Files.isDirectory(target)) {
            return target;
        }
        byte[] content = artifacts
                .get(sha256)
                .orElseThrow(() -> new IllegalStateException("artifact " + sha256 + " is not in the grid"));
        try {
            Path unpacked = Files.createDirectories(folder.resolve(sha256 + ".new"));
            unpack(content, unpacked);
            move(unpacked, target);
            return target;
        } catch (IOException failure) {
            throw new UncheckedIOException("artifact " + sha256 + " cannot be unpacked", failure);
        }
    }

    private static void unpack(byte[] content, Path target) throws IOException {
        long left = MOST_BYTES;
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(content))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("entry '" + entry.getName() + "' leads out of the archive");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Path parent = file.getParent();
                if (parent != null) {
                    Files.createDirectories(parent);
                }
                byte[] bytes = zip.readNBytes((int) Math.min(left + 1, Integer.MAX_VALUE - 8));
                left -= bytes.length;
                if (left < 0) {
                    throw new IOException("it holds more than " + MOST_BYTES + " bytes");
                }
                Files.write(file, bytes);
            }
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
