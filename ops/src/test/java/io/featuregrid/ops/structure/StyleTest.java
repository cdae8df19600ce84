package io.featuregrid.ops.structure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StyleTest {
    private static final List<String> MODULES = List.of("planner", "offline", "grid-node", "flight-server", "ops");

    @TempDir
    private Path folder;

    @Test
    void sourcesKeepTheStyle() throws IOException {
        List<Path> files = new ArrayList<>();
        for (String module : MODULES) {
            files.addAll(javaFilesBelow(SourceTree.root().resolve(module).resolve("src/main/java")));
        }

        assertThat(SourceRules.breaches(files)).isEmpty();
    }

    @Test
    void noPackageLivesInAnotherModulesFolder() throws IOException {
        List<String> strays = new ArrayList<>();
        for (String module : MODULES) {
            Path sources = SourceTree.root().resolve(module).resolve("src/main/java");
            Path home = sources.resolve("io/featuregrid").resolve(module.replace("-", ""));
            // The one door to what Parquet keeps package-private.
            Path parquet = sources.resolve("org/apache/parquet");
            for (Path file : javaFilesBelow(sources)) {
                if (!file.startsWith(home) && !(module.equals("offline") && file.startsWith(parquet))) {
                    strays.add(file.toString());
                }
            }
        }

        assertThat(strays).isEmpty();
    }

    @Test
    void aFileOfTheLastAllowedSizeIsFine() throws IOException {
        Path file = write(
                "Fits.java", "class Fits {\n" + "    // a line\n".repeat(SourceRules.LINES_OF_A_FILE - 2) + "}\n");

        assertThat(SourceRules.breaches(List.of(file))).isEmpty();
    }

    @Test
    void aFileOfALineMoreIsFound() throws IOException {
        Path file = write(
                "Long.java", "class Long {\n" + "    // a line\n".repeat(SourceRules.LINES_OF_A_FILE - 1) + "}\n");

        assertThat(SourceRules.breaches(List.of(file)))
                .containsExactly(file + ":1: the file has 501 lines (at most 500)");
    }

    @Test
    void aMethodIsMeasuredWithItsBracesAndWithoutItsDocumentation() throws IOException {
        String document = "    /** What it does.\n" + "     * a line\n".repeat(80) + "     */\n";
        Path file = write(
                "Methods.java",
                "class Methods {\n"
                        + document
                        + method("fits", SourceRules.LINES_OF_A_METHOD)
                        + method("exceeds", SourceRules.LINES_OF_A_METHOD + 1)
                        + "}\n");

        assertThat(SourceRules.breaches(List.of(file)))
                .containsExactly(file + ":154: exceeds(...) has 71 lines (at most 70)");
    }

    @Test
    void aConstructorAndARecordTakeAHandfulOfParameters() throws IOException {
        Path file = write("Hands.java", """
                class Hands {
                    Hands(int a, int b, int c, int d, int e, int f, int g) {}
                    Hands(int a, int b, int c, int d, int e, int f, int g, int h) {}
                    record Seven(int a, int b, int c, int d, int e, int f, int g) {
                        static final int EIGHT = 8;
                    }
                    record Eight(int a, int b, int c, int d, int e, int f, int g, int h) {}
                    void method(int a, int b, int c, int d, int e, int f, int g, int h) {}
                }
                """);

        assertThat(SourceRules.breaches(List.of(file)))
                .containsExactly(
                        file + ":3: constructor takes 8 parameters (at most 7)",
                        file + ":7: record Eight takes 8 parameters (at most 7)");
    }

    @Test
    void namesThatSayNothingAreFound() throws IOException {
        Path file = write("Store.java", """
                package io.featuregrid.planner.util;

                interface Store {
                    final class StoreImpl implements Store {}
                    final class StoreManager {}
                    final class Managers {}
                }
                """);

        assertThat(SourceRules.breaches(List.of(file)))
                .containsExactly(
                        file + ":1: package io.featuregrid.planner.util is named 'util' (name it after its step)",
                        file + ":4: class StoreImpl (name it after what it is)",
                        file + ":5: class StoreManager (name it after what it is)");
    }

    private static String method(String name, int lines) {
        return "    void " + name + "() {\n" + "        // a line\n".repeat(lines - 2) + "    }\n";
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static List<Path> javaFilesBelow(Path sources) throws IOException {
        if (!Files.isDirectory(sources)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(sources)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }
}
