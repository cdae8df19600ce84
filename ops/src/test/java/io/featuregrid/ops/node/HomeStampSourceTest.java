package io.featuregrid.ops.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** inserted_at is {@code max(clock, last given + 1)}, over restarts and whatever the clock does. */
class HomeStampSourceTest {
    private static final long START = 5_000_000_000L;

    @TempDir
    private Path folder;

    private final AtomicLong clock = new AtomicLong(START);

    @Test
    void theFirstIsTheClock() {
        assertThat(open().next()).isEqualTo(START);
    }

    @Test
    void aStandingClockGivesOneMoreEachTime() {
        HomeStampSource stamps = open();
        stamps.next();
        assertThat(stamps.next()).isEqualTo(START + 1);
        assertThat(stamps.next()).isEqualTo(START + 2);
        clock.set(START + 100);
        assertThat(stamps.next()).isEqualTo(START + 100);
    }

    @Test
    void aClockThatJumpsBackGivesOneMoreEachTime() {
        HomeStampSource stamps = open();
        stamps.next();
        clock.set(START - 3_600_000_000L);
        assertThat(stamps.next()).isEqualTo(START + 1);
    }

    @Test
    void stampsGrowOverRestartsWhateverTheClockDoes() {
        Random random = new Random(17);
        long last = Long.MIN_VALUE;
        for (int restart = 0; restart < 50; restart++) {
            HomeStampSource stamps = open();
            for (int count = random.nextInt(20); count > 0; count--) {
                clock.set(START + random.nextLong(-10_000_000, 10_000_000));
                long next = stamps.next();
                assertThat(next).isGreaterThan(last).isGreaterThanOrEqualTo(clock.get());
                last = next;
            }
        }
    }

    @Test
    void whatIsGivenIsReservedOnDiskBefore() throws IOException {
        HomeStampSource stamps = open();
        for (long now = START; now < START + 5_000_000; now += 70_000) {
            clock.set(now);
            long given = stamps.next();
            assertThat(Long.parseLong(Files.readString(file()))).isGreaterThan(given);
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(1);
        }
    }

    @Test
    void aClockBeforeTheEpochIsAClock() {
        clock.set(-10);
        assertThat(open().next()).isEqualTo(-10);
    }

    @Test
    void threadsGetDifferentStamps() {
        HomeStampSource stamps = open();
        Set<Long> given = ConcurrentHashMap.newKeySet();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int thread = 0; thread < 4; thread++) {
                threads.execute(() -> {
                    for (int count = 0; count < 1_000; count++) {
                        given.add(stamps.next());
                    }
                });
            }
        }
        assertThat(given).hasSize(4_000);
    }

    @Test
    void aSequenceIsTheNodeNumberOverThePosition() {
        HomeStampSource stamps = HomeStampSource.open(file(), clock::get, 32_767);
        assertThat(stamps.sequence(0)).isEqualTo(32_767L << 48);
        assertThat(stamps.sequence(5)).isEqualTo((32_767L << 48) + 5);
        assertThat(new HashSet<>(Set.of(stamps.sequence(1), open().sequence(1))))
                .hasSize(2);
    }

    @Test
    void aDamagedReservationStopsTheStart() throws IOException {
        Files.writeString(file(), "not a number");
        assertThatThrownBy(this::open).isInstanceOf(IllegalStateException.class).hasMessageContaining("inserted_at");
    }

    private HomeStampSource open() {
        return HomeStampSource.open(file(), clock::get, 1);
    }

    private Path file() {
        return folder.resolve("inserted_at");
    }
}
