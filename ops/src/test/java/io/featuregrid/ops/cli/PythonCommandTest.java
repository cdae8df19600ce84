package io.featuregrid.ops.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.ops.cli.Launcher.Ended;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shell script stands in for Python. */
class PythonCommandTest {
    @TempDir
    private Path folder;

    private Path root = Path.of("");

    @BeforeEach
    void makeProject() throws IOException {
        root = Files.createDirectories(folder.resolve("project"));
        Files.createDirectories(root.resolve("python"));
    }

    @Test
    void optionsArePassedOnAsTheyWereWritten() throws Exception {
        Launcher launcher = launcher("printf '%s\\n' \"$@\" \"$PYTHONPATH\"; exit 7");

        Ended ended = launcher.run(
                "training-set",
                "--out",
                "o.parquet",
                "--url",
                "http://h:1",
                "--features",
                "a.b,c.d",
                "--time=-1",
                "--spine",
                "s.parquet",
                "--key",
                "a.id=id",
                "--key",
                "c.id=x",
                "--features",
                "e.f",
                "--no-defaults",
                "--json");

        assertThat(ended.status()).isEqualTo(7);
        assertThat(ended.out().subList(0, 5))
                .containsExactly("-m", "featuregrid.command_line", "training-set", "--url", "http://h:1");
        assertThat(ended.out())
                .contains("--features=a.b,c.d", "--features=e.f", "--key=a.id=id", "--key=c.id=x", "--time=-1")
                .contains("--out=o.parquet", "--spine=s.parquet", "--no-defaults", "--json")
                .endsWith("--", root.resolve("python").toString());

        Ended ingest = launcher.run("ingest", "flight", "f.parquet", "--nulls", "skip", "--url", "http://h:1");
        assertThat(ingest.out())
                .endsWith(
                        "--nulls=skip",
                        "--",
                        "flight",
                        "f.parquet",
                        root.resolve("python").toString());
    }

    @Test
    void whatIsAskedOnlineIsPassedOnToo() throws Exception {
        Launcher launcher = launcher("shift 5; printf '%s\\n' \"$@\"");

        assertThat(launcher.run("query", "--in", "a.id=x=y", "--out", "a.b,a.c", "--in=a.d=", "--explain", "--url", "u")
                        .out())
                .containsExactlyInAnyOrder("--in=a.id=x=y", "--in=a.d=", "--out=a.b,a.c", "--explain", "--");
        assertThat(launcher.run("get", "seat", "flight=x", "number=3", "--at", "2013", "--url", "u")
                        .out())
                .containsExactly("--at=2013", "--", "seat", "flight=x", "number=3");
        assertThat(launcher.run("get", "market", "--url", "u").out()).containsExactly("--", "market");
        assertThat(launcher.run("load", "seat", "--as-of", "2013", "--url", "u").out())
                .containsExactly("--as-of=2013", "--", "seat");
        assertThat(launcher.run("erase", "user", "--url", "u", "--", "-7", "12").out())
                .containsExactly("--", "user", "-7", "12");
        assertThat(launcher.run("upload", "user.id=7", "user.x=null", "--ingest-id", "i", "--url", "u")
                        .out())
                .containsExactly("--ingest-id=i", "--", "user.id=7", "user.x=null");
    }

    @Test
    void theNodeIsTheOneNamedElseTheEnvironmentsElseTheHomes() throws Exception {
        Launcher launcher = launcher("printf '%s\\n' \"$5\"").with("FEATUREGRID_URL", "http://environment:1");

        assertThat(launcher.run("apply", "d.py", "--url", "http://flag:1").out())
                .containsExactly("http://flag:1");
        assertThat(launcher.run("apply", "d.py").out()).containsExactly("http://environment:1");
        Ended none =
                launcher.run("apply", "d.py", "--home", folder.resolve("none").toString());
        assertThat(none.status()).isEqualTo(1);
        assertThat(none.errors())
                .containsExactly("UPSTREAM_FAILED: no node runs in " + folder.resolve("none")
                        + " (start one with `featuregrid start`, or name one with --home or --url)");
    }

    @Test
    void aMissingProjectIsToldPlainly() throws Exception {
        Ended ended = new Launcher(folder).run("apply", "d.py", "--url", "http://h:1");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.errors())
                .containsExactly("INVALID_QUERY: FEATUREGRID_ROOT is not set (expected the project's folder: start with"
                        + " bin/featuregrid)");
    }

    @Test
    void theDemoPutsItsStartBeforeTheFiguresAndLeavesNothing() throws Exception {
        Launcher launcher = launcher("""
                echo progress >&2; echo "something else"
                echo '{"rows": 3, "seconds": {"apply": 0.5}}'
                """);

        Ended ended = launcher.run("demo", "--once", "--json");

        assertThat(ended.status()).as(String.join("\n", ended.errors())).isZero();
        JsonNode figures = new JsonMapper().readTree(ended.lastLine());
        assertThat(ended.out()).hasSize(1);
        assertThat(figures.path("rows").intValue()).isEqualTo(3);
        assertThat(figures.path("seconds").properties().stream().map(java.util.Map.Entry::getKey))
                .containsExactly("start", "apply");
        assertThat(ended.errors()).contains("progress");
        assertThat(temporaryHomes()).isEmpty();
    }

    @Test
    void aDemoThatFailsSaysSoByItsStatus() throws Exception {
        Ended ended = launcher("echo 'INVALID_QUERY: no flights' >&2; exit 1").run("demo", "--once");

        assertThat(ended.status()).isEqualTo(1);
        assertThat(ended.errors()).contains("INVALID_QUERY: no flights");
        assertThat(temporaryHomes()).isEmpty();
    }

    @Test
    void anInterruptedDemoTakesItsChildAndItsHomeWithIt() throws Exception {
        Process demo = launcher("echo \"working $$\" >&2; exec sleep 1000").start("demo", "--once");
        long child = 0;
        try (BufferedReader errors = demo.errorReader()) {
            for (String line = errors.readLine(); child == 0 && line != null; line = errors.readLine()) {
                if (line.startsWith("working ")) {
                    child = Long.parseLong(line.substring("working ".length()));
                    assertThat(temporaryHomes()).hasSize(1);
                    demo.toHandle().destroy();
                }
            }
            errors.lines().forEach(line -> {});
        }

        assertThat(demo.waitFor()).isEqualTo(130);
        assertThat(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
        assertThat(temporaryHomes()).isEmpty();
    }

    @Test
    void anInterruptedCommandTakesItsChildWithIt() throws Exception {
        Process command = launcher("echo $$; exec sleep 1000").start("apply", "d.py", "--url", "http://h:1");
        long child = Long.parseLong(command.inputReader().readLine());
        // As early as can be: the child has only just started.
        command.toHandle().destroy();

        assertThat(command.waitFor()).isEqualTo(143);
        assertThat(ProcessHandle.of(child).map(ProcessHandle::isAlive).orElse(false))
                .isFalse();
    }

    private Launcher launcher(String script) throws IOException {
        Path python = Files.writeString(folder.resolve("python"), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(python, PosixFilePermissions.fromString("rwx------"));
        return new Launcher(folder)
                .with("FEATUREGRID_PYTHON", python.toString())
                .with("FEATUREGRID_ROOT", root.toString())
                .with("PYTHONPATH", "");
    }

    private List<Path> temporaryHomes() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("featuregrid-"))
                    .toList();
        }
    }
}
