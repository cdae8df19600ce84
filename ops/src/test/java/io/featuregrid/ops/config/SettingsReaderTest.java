package io.featuregrid.ops.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsReaderTest {
    @TempDir
    private Path folder;

    @Test
    void withNothingSetTheDefaultsHold() {
        NodeSettings settings = SettingsReader.read(folder, null, List.of());

        assertThat(settings.home()).isEqualTo(folder.toAbsolutePath());
        assertThat(settings.http().host()).isEqualTo("127.0.0.1");
        assertThat(settings.http().port()).isEqualTo(8080);
        assertThat(settings.http().maxBodyBytes()).isEqualTo(16 << 20);
        assertThat(settings.flight().port()).isEqualTo(8815);
        assertThat(settings.flight().maxMessageBytes()).isEqualTo(268_435_456);
        assertThat(settings.history().joinThreads())
                .isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(settings.history().windowRows()).isEqualTo(131_072);
        assertThat(settings.history().futureToleranceMicros()).isEqualTo(60_000_000);
    }

    @Test
    void aFileMayNestOrDotItsNamesAndFlagsGoBeforeIt() throws IOException {
        Path file = write("""
                http:
                  port: 1
                  max-body-bytes: 2KiB
                flight.port: 2
                join: {threads: 3, window-rows: 500}
                ingest.future-tolerance: 1h30m
                """);

        NodeSettings settings =
                SettingsReader.read(folder, file, List.of("http.port=4", "flight.port = 5", "http.port=0"));

        assertThat(settings.http().port()).isZero();
        assertThat(settings.http().maxBodyBytes()).isEqualTo(2048);
        assertThat(settings.flight().port()).isEqualTo(5);
        assertThat(settings.history().joinThreads()).isEqualTo(3);
        assertThat(settings.history().windowRows()).isEqualTo(500);
        assertThat(settings.history().futureToleranceMicros()).isEqualTo(5_400_000_000L);
    }

    @Test
    void allProblemsAreToldAtOnce() throws IOException {
        Path file = write("""
                http: {prot: 1, port: []}
                flight.port: yes
                colour: red
                """);

        assertThat(problems(
                        file,
                        "join.threads=-1",
                        "port=3",
                        "http.max-body-bytes=3GiB",
                        "ingest.future-tolerance=infinity",
                        "home=x",
                        "nonsense"))
                .containsExactly(
                        file + ":1: http.port is a list (expected one value)",
                        file + ":1: there is no setting 'http.prot' (did you mean 'http.port'?)",
                        file + ":3: there is no setting 'colour' (expected one of those that `featuregrid config`"
                                + " lists)",
                        "there is no setting 'port' (did you mean 'http.port'?)",
                        "home is \"x\" (expected it as --home or FEATUREGRID_HOME)",
                        "--set is \"nonsense\" (expected name=value, like http.port=0)",
                        "http.max-body-bytes is \"3GiB\" (expected a number of bytes from 1 to 268435456, with KiB,"
                                + " MiB or GiB behind it if you like)",
                        file + ":2: flight.port is \"yes\" (expected a whole number from 0 to 65535)",
                        "join.threads is \"-1\" (expected a whole number from 0 to 1024)",
                        "ingest.future-tolerance is \"infinity\" (expected a duration with an end, like 60s, 5m or 1h)");
    }

    @Test
    void aDoorToOthersNeedsTokensAndACertificate() {
        for (String host : List.of("0.0.0.0", "192.0.2.1", "::")) {
            assertThat(problems(null, "http.host=" + host, "flight.host=" + host))
                    .as(host)
                    .satisfiesExactly(
                            http -> assertThat(http).startsWith("http.host is ").contains("tls.certificate is not set"),
                            flight -> assertThat(flight).startsWith("flight.host is "),
                            tokens -> assertThat(tokens)
                                    .contains(folder.resolve("access/tokens.json") + " (expected a first token"));
        }
        assertThat(problems(null, "http.host=0.0.0.0", "access.required=false"))
                .anyMatch(problem -> problem.contains("access.required is false"));
        assertThat(problems(null, "grid.host=0.0.0.0"))
                .anyMatch(problem -> problem.contains("expected one address of this machine, at which"));
        assertThat(problems(null, "http.host=no such host")).hasSize(1);
        assertThat(problems(null, "http.host=")).hasSize(1);
        for (String host : List.of("127.0.0.1", "127.3.2.1", "localhost", "::1")) {
            NodeSettings settings = SettingsReader.read(folder, null, List.of("http.host=" + host));
            assertThat(settings.http().host()).isEqualTo(host);
            assertThat(settings.access().required()).isFalse();
        }
    }

    @Test
    void aCertificateAndItsKeyBelongTogether() throws IOException {
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");

        assertThat(problems(null, "tls.key=" + text))
                .containsExactly("tls.key is set, but tls.certificate is not (expected both, or neither)");
        assertThat(problems(null, "tls.certificate=" + text))
                .containsExactly("tls.certificate is set, but tls.key is not (expected the file of its key)");
        assertThat(problems(null, "tls.certificate=" + text, "tls.key=" + text))
                .containsExactly("tls.certificate is " + text + ", which holds no certificate (expected one in PEM)");
        assertThat(problems(null, "tls.certificate=some.pem", "tls.key=" + text))
                .contains("tls.certificate is \"some.pem\" (expected the whole path of a file, from / on)");
        assertThat(problems(null, "tls.certificate=/none.pem", "tls.key=/none.pem"))
                .containsExactly("tls.certificate is /none.pem, which does not exist (expected a file in PEM)");
    }

    @Test
    void thePageOfSettingsIsWhatTheCommandPrints() throws IOException {
        Path root = Path.of("").toAbsolutePath();
        Path page = Files.exists(root.resolve("docs")) ? root.resolve("docs") : root.resolve("../docs");

        assertThat(page.resolve("CONFIGURATION.md"))
                .as("write it again: bin/featuregrid config --markdown > docs/CONFIGURATION.md")
                .hasContent(SettingsTable.markdown());
    }

    @Test
    void aSettingInForceSaysWhatSetIt() throws IOException {
        Path file = write("http: {port: 1}\nflight.port: 2");

        assertThat(SettingsReader.table(file, List.of("flight.port=3")))
                .filteredOn(line -> line.where() != null)
                .extracting(line -> line.name() + "=" + line.value() + " by " + line.where())
                .containsExactly("http.port=1 by " + file + ":1", "flight.port=3 by --set");
    }

    @Test
    void onePortServesOneProtocol() {
        assertThat(problems(null, "flight.port=8080"))
                .containsExactly("http.port and flight.port are both 8080 (expected two ports)");
        assertThat(SettingsReader.read(folder, null, List.of("flight.port=0", "http.port=0"))
                        .flight()
                        .port())
                .isZero();
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws IOException {
        assertThat(problems(folder.resolve("none.yaml")))
                .singleElement()
                .asString()
                .contains("none.yaml does not exist");
        assertThat(problems(write("a: [1")))
                .singleElement()
                .asString()
                .contains("settings.yaml:1: the file is no YAML");
        assertThat(problems(write("just words")))
                .singleElement()
                .asString()
                .contains("settings.yaml:1: the file holds \"just words\"");
        assertThat(problems(write("http.port: 1\nhttp: {port: 2}")))
                .singleElement()
                .asString()
                .contains("settings.yaml:2: http.port is set twice (first in ");
        assertThat(problems(write("http.port: 1\nhttp.port: 2")))
                .singleElement()
                .asString()
                .contains("settings.yaml:2: http.port is set twice");
        assertThat(SettingsReader.read(folder, write(""), List.of()).http().port())
                .isEqualTo(8080);
    }

    @Test
    void everySettingIsDescribedInALine() {
        assertThat(SettingsReader.describe())
                .hasSameSizeAs(Setting.ALL)
                .anyMatch(line -> line.matches(" +http\\.port +8080 +port +where HTTP listens; 0 takes a free port"));
    }

    private List<String> problems(@org.jspecify.annotations.Nullable Path file, String... assignments) {
        SettingsException refused = catchThrowableOfType(
                SettingsException.class, () -> SettingsReader.read(folder, file, List.of(assignments)));
        return refused.problems();
    }

    private Path write(String text) throws IOException {
        return Files.writeString(folder.resolve("settings.yaml"), text);
    }
}
