package io.featuregrid.gridnode.cluster;

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

/** Artifacts as files of this node, each written once and whole. Safe for use by several threads. */
public final class LocalArtifacts {
    private static final long MOST_BYTES = 256L << 20;

    private final Artifacts artifacts;
    private final Path folder;

    public LocalArtifacts(Artifacts artifacts, Path folder) {
        this.artifacts = artifacts;
        this.folder = folder;
    }

    private interface Writing {
        void write(byte[] content, Path target) throws IOException;
    }

    /**
     * The artifact as a file.
     *
     * @param suffix of its name, as {@code .jar}
     * @throws IllegalStateException if there is no such artifact, with the reason
     */
    public Path file(String sha256, String suffix) {
        return find(sha256, suffix, (content, target) -> Files.write(target, content));
    }

    /**
     * The folder of the files in a zip.
     *
     * @throws IllegalStateException if there is no such artifact, with the reason
     */
    public Path unpacked(String sha256) {
        return find(sha256, "", LocalArtifacts::unpack);
    }

    private synchronized Path find(String sha256, String suffix, Writing writing) {
        if (!sha256.matches("[0-9a-f]{64}")) {
            throw new IllegalStateException("artifact \"" + sha256 + "\" is no SHA-256 in hexadecimal");
        }
        Path target = folder.resolve(sha256 + suffix);
        if (Files.exists(target)) {
            return target;
        }
        byte[] content = artifacts
                .get(sha256)
                .orElseThrow(() -> new IllegalStateException("artifact " + sha256 + " is not in the grid"));
        try {
            Files.createDirectories(folder);
            Path written = folder.resolve(sha256 + suffix + ".new");
            writing.write(content, written);
            move(written, target);
            return target;
        } catch (IOException failure) {
            throw new UncheckedIOException("artifact " + sha256 + " cannot be written to " + folder, failure);
        }
    }

    private static void unpack(byte[] content, Path target) throws IOException {
        Files.createDirectories(target);
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
