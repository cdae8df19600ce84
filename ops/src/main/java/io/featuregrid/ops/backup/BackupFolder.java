package io.featuregrid.ops.backup;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * The folder of a backup while it is written. What is written is on disk when it is told done; the manifest, which makes the folder a
 * backup, comes last. Until then the folder holds a file {@link #INCOMPLETE}, and nothing reads it. Files may be written by several threads.
 */
final class BackupFolder {
    static final String MANIFEST = "manifest.json";
    static final String INCOMPLETE = "INCOMPLETE";

    private static final JsonMapper JSON = new JsonMapper();
    private static final int BUFFER = 1 << 20;

    private final Path folder;
    private final Map<String, Written> files = new TreeMap<>();
    private final AtomicLong bytes = new AtomicLong();

    private record Written(long bytes, String sha256) {}

    private BackupFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Begins a backup.
     *
     * @param text the folder as it was named
     * @param home the node's own folder
     * @throws FeatureGridException INVALID_QUERY if it is not absolute, lies in the home or cannot be written; CONFLICT if something is in it
     */
    static BackupFolder begin(String text, Path home) {
        Path folder = Path.of(text);
        if (!folder.isAbsolute()) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the backup's folder is \"" + text + "\" (expected an absolute path on the node's machine)");
        }
        folder = folder.normalize();
        if (folder.startsWith(home)) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the backup's folder " + folder + " lies in the node's home " + home
                            + " (expected a place that outlives it)");
        }
        try {
            Files.createDirectories(folder);
            try (Stream<Path> content = Files.list(folder)) {
                if (content.findAny().isPresent()) {
                    throw new FeatureGridException(
                            ErrorCode.CONFLICT,
                            "the backup's folder " + folder + " is not empty (expected an empty one, or none)");
                }
            }
            Files.writeString(
                    folder.resolve(INCOMPLETE), "This backup is not complete. Delete the folder if no backup runs.\n");
        } catch (AccessDeniedException | FileAlreadyExistsException refused) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the backup's folder " + folder + " cannot be written: " + refused
                            + " (expected a folder that the node's user may write)",
                    refused);
        } catch (IOException failure) {
            throw failed(folder, failure);
        }
        return new BackupFolder(folder);
    }

    Path path() {
        return folder;
    }

    long bytes() {
        return bytes.get();
    }

    synchronized int files() {
        return files.size();
    }

    /** Writes a file whole. */
    void write(String name, byte[] content) {
        try (OutputStream target = stream(name)) {
            target.write(content);
        } catch (IOException failure) {
            throw failed(folder, failure);
        }
    }

    /** Copies a file, calling {@code step} now and then, which may throw to end it. */
    void copy(Path source, String name, Runnable step) {
        byte[] buffer = new byte[BUFFER];
        try (InputStream from = Files.newInputStream(source);
                OutputStream target = stream(name)) {
            for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
                target.write(buffer, 0, read);
                step.run();
            }
        } catch (IOException failure) {
            throw failed(folder, failure);
        }
    }

    /** A new file; it counts once it is closed. */
    OutputStream stream(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        return new Summed(name, channel);
    }

    /** Makes the folder a backup: with the manifest, which names every file. */
    synchronized void finish(ObjectNode content) throws IOException {
        var list = content.putArray("files");
        files.forEach((name, written) ->
                list.addObject().put("path", name).put("bytes", written.bytes()).put("sha256", written.sha256()));
        ObjectNode manifest = JSON.createObjectNode().put("format", 1);
        manifest.set("content", content);
        manifest.put("sha256", sha256(content));
        Path draft = folder.resolve(MANIFEST + ".new");
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            OutputStream target = Channels.newOutputStream(channel);
            target.write(JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(manifest));
            target.flush();
            channel.force(true);
        }
        Files.move(draft, folder.resolve(MANIFEST), StandardCopyOption.ATOMIC_MOVE);
        Files.delete(folder.resolve(INCOMPLETE));
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The checksum of a manifest's content: of its JSON as Jackson writes it, which depends on nothing but the content. */
    static String sha256(JsonNode content) {
        return HexFormat.of().formatHex(digest().digest(content.toString().getBytes(StandardCharsets.UTF_8)));
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    static FeatureGridException failed(Path folder, IOException failure) {
        boolean full = String.valueOf(failure.getMessage()).contains("No space left");
        return new FeatureGridException(
                full ? ErrorCode.RESOURCE_EXHAUSTED : ErrorCode.INTERNAL_SERVER_ERROR,
                "the backup in " + folder + " could not be written: " + failure
                        + (full ? " (expected room on the disk" : " (expected a disk that takes it")
                        + "; what is there is no backup: delete it)",
                failure);
    }

    /** Bytes on their way to the disk, counted and summed. */
    private final class Summed extends OutputStream {
        private final String name;
        private final FileChannel channel;
        private final OutputStream target;
        private final MessageDigest digest = digest();
        private long written;
        private boolean closed;

        Summed(String name, FileChannel channel) {
            this.name = name;
            this.channel = channel;
            this.target = Channels.newOutputStream(channel);
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] content, int from, int length) throws IOException {
            target.write(content, from, length);
            digest.update(content, from, length);
            written += length;
            bytes.addAndGet(length);
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            try (channel) {
                channel.force(true);
            }
            synchronized (BackupFolder.this) {
                files.put(name, new Written(written, HexFormat.of().formatHex(digest.digest())));
            }
        }
    }
}
