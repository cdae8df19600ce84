package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.execute.Artifacts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;

/** Jars made by the compiler of the JDK that runs the tests, and a grid that keeps them. */
final class Jars implements Artifacts {
    static final String IMPORTS = """
            package example;
            import io.featuregrid.planner.function.*;
            import java.math.*;
            import java.time.*;
            import java.util.*;
            """;

    private final Map<String, byte[]> kept = new HashMap<>();

    @Override
    public String put(byte[] content) {
        try {
            String sha256 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(content));
            kept.put(sha256, content);
            return sha256;
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public Optional<byte[]> get(String sha256) {
        return Optional.ofNullable(kept.get(sha256));
    }

    /** The class files of {@code example.Scores}, by their names in a jar. */
    static Map<String, byte[]> compile(Path folder, String body) throws IOException {
        Path source = Files.createDirectories(folder.resolve("example")).resolve("Scores.java");
        Files.writeString(source, IMPORTS + body);
        Path target = Files.createTempDirectory(folder, "classes");
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options = List.of(
                "-parameters", "-cp", System.getProperty("java.class.path"), "-proc:none", "-d", target.toString());
        try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            if (!compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(source))
                    .call()) {
                throw new IllegalArgumentException(messages.toString());
            }
        }
        Map<String, byte[]> entries = new TreeMap<>();
        try (Stream<Path> classes = Files.walk(target)) {
            for (Path each : classes.filter(Files::isRegularFile).toList()) {
                entries.put(target.relativize(each).toString().replace('\\', '/'), Files.readAllBytes(each));
            }
        }
        return entries;
    }

    static byte[] jar(Map<String, byte[]> entries) throws IOException {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(content)) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return content.toByteArray();
    }
}
