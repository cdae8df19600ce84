package io.featuregrid.gridnode.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.apache.ignite.IgniteCache;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GridTest {
    @TempDir
    private Path folder;

    @Test
    void rowsAndTheNumberAreThereAfterARestart() {
        GridSettings settings = Grids.settings(folder);
        try (Grid grid = Grid.start(settings)) {
            assertThat(grid.nodeNumber()).isEqualTo(1);
            assertThat(grid.partitionsLost()).isZero();
            IgniteCache<Long, String> rows = grid.ignite().getOrCreateCache("rows");
            rows.put(7L, "seven");
        }
        try (Grid grid = Grid.start(settings)) {
            assertThat(grid.nodeNumber()).isEqualTo(1);
            assertThat(grid.ignite().<Long, String>cache("rows").get(7L)).isEqualTo("seven");
        }
    }

    @Test
    void aNodeThatJoinsHoldsRowsAndHasTheNextNumberAlsoWhenItsFileIsLost() throws IOException {
        Path second = folder.resolve("second");
        try (Grid first = Grid.start(Grids.settings(folder.resolve("first")))) {
            try (Grid joined = Grid.start(Grids.settings(second, first.discoveryAddress()))) {
                assertThat(joined.nodeNumber()).isEqualTo(2);
                assertThat(first.nodes()).isEqualTo(2);
                assertThat(first.ignite().cluster().currentBaselineTopology()).hasSize(2);
            }
            Path file = second.resolve("grid-node");
            Files.writeString(file, Files.readString(file).replace("number=2", "number=0"));
            try (Grid again = Grid.start(Grids.settings(second, first.discoveryAddress()))) {
                assertThat(again.nodeNumber()).isEqualTo(2);
            }
            try (Grid third = Grid.start(Grids.settings(folder.resolve("third"), first.discoveryAddress()))) {
                assertThat(third.nodeNumber()).isEqualTo(3);
            }
        }
    }

    @Test
    void aPartOfTheNodesDoesNotWorkAlone() {
        GridSettings first = Grids.settings(folder.resolve("first"));
        try (Grid grid = Grid.start(first);
                Grid joined = Grid.start(Grids.settings(folder.resolve("second"), grid.discoveryAddress()))) {
            assertThat(joined.nodes()).isEqualTo(2);
        }
        GridSettings impatient = new GridSettings(
                first.folder(), first.addresses(), first.memoryBytes(), 1, first.writeAheadLog(), Duration.ofMillis(1));
        assertThatThrownBy(() -> Grid.start(impatient)).isInstanceOfSatisfying(FeatureGridException.class, refused -> {
            assertThat(refused.first().code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
            assertThat(refused).hasMessageContaining("are missing").hasMessageContaining("start them too");
        });
    }

    @Test
    void theFolderOfANodeThatRunsIsRefused() {
        try (Grid grid = Grid.start(Grids.settings(folder))) {
            assertThatThrownBy(() -> Grid.start(Grids.settings(folder, grid.discoveryAddress())))
                    .hasMessageStartingWith("CONFLICT")
                    .hasMessageContaining("the folder of a grid node that runs");
        }
    }

    @Test
    void theFolderOfAnotherGridIsRefused() throws IOException {
        Path stranger = folder.resolve("stranger");
        try (Grid alone = Grid.start(Grids.settings(stranger))) {
            assertThat(alone.nodeNumber()).isEqualTo(1);
        }
        try (Grid grid = Grid.start(Grids.settings(folder.resolve("own")))) {
            assertThatThrownBy(() -> Grid.start(Grids.settings(stranger, grid.discoveryAddress())))
                    .hasMessageStartingWith("CONFLICT");
            assertThat(grid.nodes()).isEqualTo(1);

            // The rows are gone, the memory of a number that is not this grid's is left.
            try (Stream<Path> files = Files.list(stranger)) {
                for (Path file : files.toList()) {
                    if (Files.isDirectory(file)) {
                        Files.move(file, folder.resolve("moved-" + file.getFileName()));
                    }
                }
            }
            assertThatThrownBy(() -> Grid.start(Grids.settings(stranger, grid.discoveryAddress())))
                    .hasMessageStartingWith("CONFLICT")
                    .hasMessageContaining("remembers node number 1");
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            GridAddresses addresses = new GridAddresses("127.0.0.1", port, 0, 0, List.of());
            assertThatThrownBy(() -> Grid.start(Grids.settings(folder, addresses)))
                    .hasMessageStartingWith("CONFLICT")
                    .hasMessageContaining("port " + port + " on 127.0.0.1, for the grid's thin clients");
        }
    }

    @Test
    void aDamagedIdentityIsNotReplaced() throws IOException {
        Files.writeString(folder.resolve("grid-node"), "id=?");
        assertThatThrownBy(() -> Grid.start(Grids.settings(folder)))
                .hasMessageStartingWith("INTERNAL_SERVER_ERROR")
                .hasMessageContaining("grid-node is damaged: \"id=?\"");
    }

    @Test
    void nothingLiesOutsideOfTheFolder() throws IOException {
        Path home = folder.resolve("home");
        try (Grid grid = Grid.start(Grids.settings(home))) {
            assertThat(grid.ignite().configuration().getWorkDirectory()).startsWith(home.toString());
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(home);
        }
    }
}
