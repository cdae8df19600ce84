package io.featuregrid.offline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.HistoryFolder;
import io.featuregrid.offline.world.RandomValues;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import io.featuregrid.planner.time.AsOf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is missing, cut or overwritten is reported by table and name; it never changes an answer, and never another set's. */
class DamagedFilesTest {
    private static final int ROWS = 300;

    @TempDir
    private Path home;

    private HistoryDriver driver;
    private Catalog catalog;
    private FeatureSet torn;
    private Path file;
    private byte[] sound;

    @BeforeEach
    void writeTwoSets() throws IOException {
        driver = new HistoryDriver(home);
        catalog = Definitions.apply(Catalog.EMPTY, List.of(set("torn"), set("whole")));
        torn = catalog.set("torn").orElseThrow();
        ingest(torn, ROWS);
        ingest(catalog.set("whole").orElseThrow(), ROWS - 1);
        file = new HistoryFolder(home).dataFiles("torn").getFirst();
        sound = Files.readAllBytes(file);
    }

    @AfterEach
    void close() {
        driver.close();
    }

    @Test
    void aMissingFileIsReported() throws IOException {
        Files.delete(file);
        expectReport();
    }

    @Test
    void aTruncatedFileIsReported() throws IOException {
        for (int length : List.of(0, 3, sound.length / 2, sound.length - 9, sound.length - 1)) {
            Files.write(file, Arrays.copyOf(sound, length));
            expectReport();
        }
    }

    @Test
    void garbageIsReported() throws IOException {
        byte[] garbage = new byte[sound.length];
        new Random(7).nextBytes(garbage);
        Files.write(file, garbage);
        expectReport();
        System.arraycopy(sound, 0, garbage, 0, 4);
        System.arraycopy(sound, sound.length - 8, garbage, sound.length - 8, 8);
        Files.write(file, garbage);
        expectReport();
        Files.writeString(file, "Nothing of Parquet.", StandardCharsets.UTF_8);
        expectReport();
    }

    @Test
    void anotherTablesFileInItsPlaceIsReported() throws IOException {
        Files.copy(
                new HistoryFolder(home).dataFiles("whole").getFirst(),
                file,
                java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        expectReport();
    }

    @Test
    void aFlippedBitIsReportedOrChangesNothing() throws IOException {
        List<List<Object>> right = join("torn");
        Random random = new Random(11);
        int reported = 0;
        int flips = 250;
        for (int flip = 0; flip < flips; flip++) {
            byte[] flipped = sound.clone();
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(file, flipped);
            try {
                assertThat(join("torn")).isEqualTo(right);
            } catch (FeatureGridException report) {
                expectReport(report);
                reported++;
            }
        }
        // The rest hit indexes and columns that the join does not read.
        assertThat(reported).isGreaterThan(flips / 4);
    }

    /** The control: with the file as it was everything is read again. */
    @Test
    void theFilePutBackIsRead() throws IOException {
        List<List<Object>> right = join("torn");
        assertThat(right.getFirst()).containsExactly(0L, "text 0");
        Files.delete(file);
        expectReport();
        Files.write(file, sound);
        assertThat(join("torn")).isEqualTo(right);
    }

    private void expectReport() {
        expectReport(catchThrowable(() -> join("torn")));
        expectReport(catchThrowable(() -> driver.scan(torn)));
        expectReport(catchThrowable(() -> driver.asOf(torn, RandomValues.START, AsOf.PLAIN)));
        assertThat(join("whole").getLast()).containsExactly(ROWS - 2L, "text " + (ROWS - 2));
    }

    private void expectReport(@Nullable Throwable failure) {
        assertThat(failure).isInstanceOfSatisfying(FeatureGridException.class, report -> {
            Problem problem = report.first();
            assertThat(problem.code()).isEqualTo(ErrorCode.INTERNAL_SERVER_ERROR);
            assertThat(problem.message())
                    .contains("'torn'", file.getFileName().toString())
                    .doesNotContain(home.toString());
        });
    }

    /** One row for each of the set's observations: what was known at its time. */
    private List<List<Object>> join(String set) {
        List<Map<String, Object>> spine = new ArrayList<>();
        for (long time = 0; time < (set.equals("torn") ? ROWS : ROWS - 1); time++) {
            spine.add(Map.of("t", time));
        }
        String request = "{'time': 't', 'features': ['%1$s.number', '%1$s.text']}".formatted(set);
        return driver.join(Definitions.plan(catalog, request, "t"), spine, ROWS).rows();
    }

    private void ingest(FeatureSet set, int count) {
        List<List<Object>> rows = new ArrayList<>();
        for (long time = 0; time < count; time++) {
            rows.add(List.of(time, time, "text " + time));
        }
        driver.ingest(set, Definitions.options("{'observed_at': 'when'}"), List.of("when", "number", "text"), rows);
    }

    /** A global set: all its rows are in one file. */
    private static FeatureSet set(String name) {
        return Definitions.set(
                name,
                List.of(),
                null,
                List.of(
                        Definitions.nullable("number", FeatureType.INT64),
                        Definitions.nullable("text", FeatureType.STRING)),
                List.of());
    }
}
