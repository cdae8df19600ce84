package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who a node is, as its folder remembers it.
 *
 * @param id the same for as long as the folder lives
 * @param number what the grid gave, 1 to 32767, or 0 before it gave one
 */
record NodeIdentity(String id, int number) {
    private static final String FILE = "grid-node";
    private static final Pattern TEXT = Pattern.compile("id=([0-9a-f-]{36})\nnumber=([0-9]{1,5})\n");

    /**
     * The identity that the folder remembers, or a new one, which is not written yet.
     *
     * @throws FeatureGridException INTERNAL_SERVER_ERROR if the file is damaged
     */
    static NodeIdentity read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return new NodeIdentity(UUID.randomUUID().toString(), 0);
        }
        String text = Files.readString(file);
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    file + " is damaged: \"" + text.strip()
                            + "\" (expected id=... and number=..., as a node wrote them:" + " put a copy of it back)");
        }
        return new NodeIdentity(parts.group(1), Integer.parseInt(parts.group(2)));
    }

    /** Makes the folder remember; whole or not at all, and on disk when this returns. */
    void write(Path folder) throws IOException {
        Path draft = folder.resolve(FILE + ".new");
        byte[] text = ("id=" + id + "\nnumber=" + number + "\n").getBytes(StandardCharsets.US_ASCII);
        try (FileChannel channel = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(text);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
            channel.force(true);
        }
        Files.move(draft, folder.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
