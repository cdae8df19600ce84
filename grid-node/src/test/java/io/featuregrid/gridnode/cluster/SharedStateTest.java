package io.featuregrid.gridnode.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ErasureList;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What all nodes of a grid share: the catalog and the erasures. */
class SharedStateTest {
    @TempDir
    private static Path folder;

    private static Grid first;
    private static Grid second;
    private static GridCatalogStore catalog;
    private static GridCatalogStore other;

    @BeforeAll
    static void start() {
        first = Grid.start(Grids.settings(folder.resolve("first")));
        catalog = GridCatalogStore.open(first, Optional.of(Catalogs.version(5)));
        second = Grid.start(Grids.settings(folder.resolve("second"), first.discoveryAddress()));
        other = GridCatalogStore.open(second, Optional.of(Catalogs.version(9)));
    }

    @AfterAll
    static void stop() {
        other.close();
        catalog.close();
        second.close();
        first.close();
    }

    @Test
    void aGridWithACatalogKeepsItsOwn() {
        assertThat(other.current().version()).isEqualTo(catalog.current().version());
    }

    @Test
    void aReplacedCatalogIsShownOnEveryNode() {
        Catalog next = Catalogs.version(catalog.current().version() + 1);
        catalog.replace(next.version() - 1, next);
        assertThat(other.current()).isEqualTo(next);
        assertThat(catalog.current()).isEqualTo(next);
    }

    @Test
    void whoPlannedFromAnOlderVersionIsRefused() {
        int version = catalog.current().version();
        other.replace(version, Catalogs.version(version + 1));
        assertThatThrownBy(() -> catalog.replace(version, Catalogs.version(version + 1)))
                .hasMessageStartingWith("CONFLICT")
                .hasMessageContaining("planned from version " + version + ", but the catalog is at " + (version + 1));
    }

    @Test
    void ofManyReplacementsAtOnceOneCounts() throws Exception {
        int version = catalog.current().version();
        CountDownLatch start = new CountDownLatch(1);
        List<Future<Boolean>> attempts = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int attempt = 0; attempt < 8; attempt++) {
                GridCatalogStore store = attempt % 2 == 0 ? catalog : other;
                Catalog next = new Catalog(version + 1, 100 + attempt, List.of(), List.of());
                attempts.add(threads.submit(() -> {
                    start.await();
                    try {
                        store.replace(version, next);
                        return true;
                    } catch (io.featuregrid.planner.error.FeatureGridException conflict) {
                        return false;
                    }
                }));
            }
            start.countDown();
        }
        int done = 0;
        for (Future<Boolean> attempt : attempts) {
            done += attempt.get() ? 1 : 0;
        }
        assertThat(done).isEqualTo(1);
        assertThat(other.current()).isEqualTo(catalog.current());
    }

    @Test
    void aListenerHearsOfACatalogBeforeItIsShown() {
        List<String> heard = new ArrayList<>();
        other.onChange(
                next -> heard.add(next.version() + " while " + other.current().version()));
        int version = catalog.current().version();
        catalog.replace(version, Catalogs.version(version + 1));
        assertThat(heard).containsExactly((version + 1) + " while " + version);
    }

    @Test
    void aListenerThatFailsHoldsNothingUp() {
        int version = catalog.current().version();
        GridCatalogStore store = other;
        List<Integer> failures = new ArrayList<>();
        store.onChange(next -> {
            if (failures.isEmpty()) {
                failures.add(next.version());
                throw new IllegalStateException("cannot prepare");
            }
        });
        catalog.replace(version, Catalogs.version(version + 1));
        assertThat(failures).containsExactly(version + 1);
        assertThat(store.current().version()).isEqualTo(version + 1);
    }

    @Test
    void erasuresHoldOnEveryNodeAndTheGreaterMarkCounts() {
        FeatureSet set = Catalogs.set(1);
        byte[] key = {1, 2, 3};
        try (GridErasures here = GridErasures.open(first);
                GridErasures there = GridErasures.open(second)) {
            assertThat(there.of(set).isEmpty()).isTrue();
            here.add(set, List.of(key, new byte[] {9}), new Stamp(0, 100, 5));
            there.add(set, List.of(key), new Stamp(0, 100, 4));
            for (GridErasures erasures : List.of(here, there)) {
                ErasureList list = erasures.of(set);
                assertThat(list.hides(key, 100, 5)).isTrue();
                assertThat(list.hides(key, 100, 6)).isFalse();
                assertThat(list.hides(new byte[] {9}, 99, 0)).isTrue();
                assertThat(list.hides(new byte[] {2}, 1, 0)).isFalse();
                assertThat(erasures.of(Catalogs.set(2)).isEmpty()).isTrue();
            }
            there.add(set, List.of(key), new Stamp(0, 101, 0));
            assertThat(here.of(set).hides(key, 100, 6)).isTrue();
        }
        try (GridErasures again = GridErasures.open(second)) {
            assertThat(again.of(set).hides(key, 101, 0)).isTrue();
            assertThat(again.of(set).hides(key, 101, 1)).isFalse();
        }
    }
}
