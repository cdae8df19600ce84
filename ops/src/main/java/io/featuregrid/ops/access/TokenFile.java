package io.featuregrid.ops.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The file of the tokens, which several nodes may share: {@code {"format": 1, "tokens": [...]}}. It is replaced whole, so a reader sees
 * the old or the new one; who changes it holds a lock on a file beside it.
 */
final class TokenFile {
    private static final int FORMAT = 1;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
    private static final Set<PosixFilePermission> OTHERS_WRITE =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private TokenFile() {}

    /**
     * The tokens of the file; none if it is not there.
     *
     * @throws IOException if the file cannot be read, is damaged, or may be written by others than its owner
     */
    static List<Token> read(Path file) throws IOException {
        try {
            if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS_WRITE::contains)) {
                throw new IOException(file
                        + " may be written by others than its owner (expected mode 600: whoever writes it can let"
                        + " himself in)");
            }
            JsonNode document = JSON.readTree(Files.readString(file));
            if (document.path("format").asInt() != FORMAT
                    || !document.path("tokens").isArray()) {
                throw new IllegalArgumentException("format is " + document.path("format"));
            }
            List<Token> tokens = new ArrayList<>();
            document.path("tokens").forEach(token -> tokens.add(Token.read(token)));
            return tokens;
        } catch (NoSuchFileException none) {
            return List.of();
        } catch (JsonProcessingException | IllegalArgumentException damaged) {
            String reason = damaged instanceof JsonProcessingException syntax
                    ? syntax.getOriginalMessage()
                    : damaged.getMessage();
            throw new IOException(
                    file + " is damaged: " + reason + " (expected what `featuregrid token` wrote)", damaged);
        }
    }

    /** Replaces the tokens by what the change makes of them. */
    static void change(Path file, UnaryOperator<List<Token>> change) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is no file");
        }
        Files.createDirectories(folder);
        Path lock = folder.resolve(file.getFileName() + ".lock");
        try (FileChannel channel = FileChannel.open(
                        lock, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), ownerOnly());
                var held = channel.lock()) {
            List<Token> next = change.apply(read(file));
            if (held.isValid()) {
                write(file, next);
            }
        }
    }

    private static void write(Path file, List<Token> tokens) throws IOException {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("format", FORMAT);
        ArrayNode array = document.putArray("tokens");
        tokens.forEach(token -> array.add(token.json()));
        byte[] content = (document.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
        Path written = file.resolveSibling(file.getFileName() + ".new");
        // What a killed writer left has its mode, which need not be ours.
        Files.deleteIfExists(written);
        try {
            try (FileChannel channel = FileChannel.open(
                    written, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly())) {
                ByteBuffer left = ByteBuffer.wrap(content);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(true);
            }
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(written);
        }
    }

    private static FileAttribute<Set<PosixFilePermission>> ownerOnly() {
        return PosixFilePermissions.asFileAttribute(OWNER_ONLY);
    }
}
