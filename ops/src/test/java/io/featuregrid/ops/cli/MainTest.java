package io.featuregrid.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter errors = new StringWriter();

    @TempDir
    private Path folder;

    @Test
    void everyCommandExplainsItself() {
        assertThat(run("--help")).isZero();
        for (String command : Main.commandLine().getSubcommands().keySet()) {
            assertThat(out.toString()).contains("\n  " + command + " ");
            out.getBuffer().setLength(0);
            assertThat(run(command, "--help")).isZero();
            assertThat(out.toString()).contains("Usage: featuregrid " + command, "--json", "--home", "Example");
            out.getBuffer().setLength(0);
            assertThat(run("--help")).isZero();
        }
        assertThat(errors.toString()).isEmpty();
    }

    @Test
    void startListsEverySetting() {
        run("start", "--help");

        assertThat(out.toString()).contains("http.max-body-bytes", "16MiB", "ingest.future-tolerance", "60s");
    }

    @Test
    void wrongUsageEndsWithStatusTwo() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("fly")).isEqualTo(2);
        assertThat(run("start", "--bogus")).isEqualTo(2);
        assertThat(run("apply")).isEqualTo(2);
        assertThat(run("training-set", "--time", "ts")).isEqualTo(2);
        assertThat(run("query", "--in", "a.b=1")).isEqualTo(2);
        assertThat(run("upload")).isEqualTo(2);
        assertThat(out.toString()).isEmpty();
        assertThat(errors.toString())
                .contains(
                        "featuregrid: no command given", "Unknown option: '--bogus'", "try: featuregrid start --help");
    }

    @Test
    void wrongSettingsAreAllToldAndNothingStarts() {
        Path home = folder.resolve("home");

        for (String detach : List.of("--json", "--detach")) {
            errors.getBuffer().setLength(0);
            assertThat(run(
                            "start",
                            detach,
                            "--home",
                            home.toString(),
                            "--set",
                            "http.prt=1",
                            "--set",
                            "join.threads=x"))
                    .isEqualTo(2);
            assertThat(errors.toString().lines()).hasSize(2);
            assertThat(errors.toString()).startsWith("there is no setting 'http.prt' (did you mean 'http.port'?)");
        }
        assertThat(home).doesNotExist();
    }

    @Test
    void aFileWithThreeMistakesTellsAllThreeWithTheirLines() throws IOException {
        Path file = Files.writeString(
                folder.resolve("node.yaml"), "http:\n  prt: 1\njoin.threads: many\ngrid.peers: [a, b]\n");

        for (String command : List.of("start", "config")) {
            errors.getBuffer().setLength(0);
            assertThat(run(command, "--home", folder.resolve("home").toString(), "--config", file.toString()))
                    .isEqualTo(2);
            assertThat(errors.toString().lines())
                    .hasSize(3)
                    .anyMatch(line ->
                            line.equals(file + ":2: there is no setting 'http.prt' (did you mean 'http.port'?)"))
                    .anyMatch(line -> line.startsWith(file + ":3: join.threads is \"many\" (expected a whole number"))
                    .anyMatch(line -> line.equals(file + ":4: grid.peers is a list (expected one value)"));
        }
        assertThat(folder.resolve("home")).doesNotExist();
    }

    @Test
    void aTokenNeedsARoleThatExists() {
        String home = folder.resolve("home").toString();

        assertThat(run("token", "create", "--home", home)).isEqualTo(2);
        assertThat(run("token", "create", "--home", home, "--role", "reed", "--expires", "soon"))
                .isEqualTo(2);
        assertThat(errors.toString())
                .contains("--role is \"reed\" (expected one of read, ingest, import, erase, apply, operate)")
                .contains("--expires is \"soon\" (expected a duration, like 90d)");
        assertThat(run("token", "revoke", "--home", home, "fg_notanid")).isEqualTo(1);
        assertThat(errors.toString()).doesNotContain("fg_notanid");
    }

    private int run(String... arguments) {
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(errors, true));
        return line.execute(arguments);
    }
}
