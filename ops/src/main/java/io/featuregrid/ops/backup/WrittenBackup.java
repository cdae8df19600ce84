package io.featuregrid.ops.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A backup that was written, every file of it as it was written. Immutable. */
public final class WrittenBackup {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int BUFFER = 1 << 20;
    private static final int TOLD = 3;

    private final Path folder;
    private final JsonNode content;

    private WrittenBackup(Path folder, JsonNode content) {
        this.folder = folder;
        this.content = content;
    }

    /**
     * Opens a backup and reads all of it once.
     *
     * @param progress told of each file before it is read
     * @throws FeatureGridException INVALID_QUERY if the folder is no backup, or an incomplete one, or one of a later build;
     *     INTERNAL_SERVER_ERROR if a file is missing or is not what was written
     */
    public static WrittenBackup open(Path folder, Runnable progress) {
        Path absolute = folder.toAbsolutePath().normalize();
        JsonNode manifest = manifest(absolute);
        int format = manifest.path("format").asInt();
        if (format != 1) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the backup in " + absolute + " has format "
                            + manifest.path("format").asText("none")
                            + " (expected 1: restore it with the build that wrote it)");
        }
        JsonNode content = manifest.path("content");
        if (!BackupFolder.sha256(content).equals(manifest.path("sha256").asText())) {
            throw damaged(absolute, List.of(BackupFolder.MANIFEST + " is not what was written"));
        }
        List<String> problems = new ArrayList<>();
        for (JsonNode file : content.path("files")) {
            progress.run();
            String problem = problem(absolute, file);
            if (problem != null) {
                problems.add(problem);
            }
        }
        if (!problems.isEmpty()) {
            throw damaged(absolute, problems);
        }
        return new WrittenBackup(absolute, content);
    }

    /** The point, counts and files, as the manifest has them. */
    public JsonNode content() {
        return content;
    }

    /** The names of the files below a folder of the backup. */
    List<String> names(String below) {
        List<String> names = new ArrayList<>();
        content.path("files").forEach(file -> {
            if (file.path("path").asText().startsWith(below)) {
                names.add(file.path("path").asText());
            }
        });
        return names;
    }

    Path file(String name) {
        return folder.resolve(name);
    }

    byte[] bytes(String name) {
        try {
            return Files.readAllBytes(file(name));
        } catch (IOException failure) {
            throw unreadable(failure);
        }
    }

    JsonNode json(String name) {
        try {
            return JSON.readTree(bytes(name));
        } catch (IOException failure) {
            throw unreadable(failure);
        }
    }

    FeatureGridException unreadable(IOException failure) {
        return damaged(folder, List.of(String.valueOf(failure)));
    }

    private static JsonNode manifest(Path folder) {
        try {
            return JSON.readTree(Files.readAllBytes(folder.resolve(BackupFolder.MANIFEST)));
        } catch (NoSuchFileException none) {
            boolean incomplete = Files.exists(folder.resolve(BackupFolder.INCOMPLETE));
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    folder + (incomplete ? " holds a backup that was interrupted" : " holds no backup")
                            + ": it has no " + BackupFolder.MANIFEST
                            + " (expected a folder that `featuregrid backup` wrote to its end)",
                    none);
        } catch (JsonProcessingException damaged) {
            throw damaged(folder, List.of(BackupFolder.MANIFEST + " is no JSON"));
        } catch (IOException failure) {
            throw damaged(folder, List.of(String.valueOf(failure)));
        }
    }

    private static @org.jspecify.annotations.Nullable String problem(Path folder, JsonNode file) {
        String name = file.path("path").asText();
        Path path = folder.resolve(name).normalize();
        if (!path.startsWith(folder)) {
            return name + " lies outside of it";
        }
        MessageDigest digest = BackupFolder.digest();
        long bytes = 0;
        byte[] buffer = new byte[BUFFER];
        try (InputStream source = Files.newInputStream(path)) {
            for (int read = source.read(buffer); read >= 0; read = source.read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
        } catch (NoSuchFileException missing) {
            return name + " is missing";
        } catch (IOException failure) {
            return name + " cannot be read: " + failure;
        }
        if (bytes != file.path("bytes").longValue()) {
            return name + " has " + bytes + " bytes (expected "
                    + file.path("bytes").longValue() + ")";
        }
        return HexFormat.of()
                        .formatHex(digest.digest())
                        .equals(file.path("sha256").asText())
                ? null
                : name + " has another checksum than when it was written";
    }

    private static FeatureGridException damaged(Path folder, List<String> problems) {
        String told = String.join("; ", problems.subList(0, Math.min(TOLD, problems.size())));
        int more = problems.size() - TOLD;
        return new FeatureGridException(
                ErrorCode.INTERNAL_SERVER_ERROR,
                "the backup in " + folder + " is damaged: " + told + (more > 0 ? "; and " + more + " files more" : "")
                        + " (expected every file as it was written: use another backup; nothing was restored)");
    }
}
