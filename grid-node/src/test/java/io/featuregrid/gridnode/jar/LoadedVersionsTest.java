package io.featuregrid.gridnode.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.execute.Deadline;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What earlier catalog versions loaded goes with them. */
class LoadedVersionsTest {
    private static final int VERSIONS = 200;
    private static final int WARM_UP = 20;
    private static final int MOST_COLLECTIONS = 50;
    /** A tenth of what the classes of all versions take. */
    private static final long MOST_GROWTH_BYTES = 2L << 20;

    @TempDir
    private Path folder;

    /** What is left when the last version is the newest. */
    private record Left(int loaders, long growthBytes) {}

    @Test
    void ofTwoHundredVersionsOnlyTheNewestStays() throws IOException {
        Map<String, byte[]> classes = Jars.compile(folder, source());

        assertFlat(left(classes, new ArrayList<>(), false));

        List<ClassLoader> held = new ArrayList<>();
        Left leaking = left(classes, held, true);
        assertThatThrownBy(() -> assertFlat(leaking)).isInstanceOf(AssertionError.class);
        assertThat(held).hasSize(VERSIONS);
        assertThat(leaking.growthBytes()).isGreaterThan(MOST_GROWTH_BYTES);
    }

    private static void assertFlat(Left left) {
        assertThat(left.loaders()).as("class loaders alive").isEqualTo(1);
        assertThat(left.growthBytes()).as("growth of the metaspace").isLessThan(MOST_GROWTH_BYTES);
    }

    private Left left(Map<String, byte[]> classes, List<ClassLoader> held, boolean holds) throws IOException {
        Jars jars = new Jars();
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        long before = 0;
        try (JarFunctions functions = new JarFunctions(folder.resolve("home" + holds), jars)) {
            for (int version = 1; version <= VERSIONS; version++) {
                if (version == WARM_UP) {
                    collect(loaders);
                    before = metaspace();
                }
                Map<String, byte[]> entries = new java.util.TreeMap<>(classes);
                entries.put("number", Integer.toString(version).getBytes(java.nio.charset.StandardCharsets.UTF_8));
                Calls calls = new Calls(jars.put(Jars.jar(entries)), "number", 1).output("int64");
                functions.newest(version);
                assertThat(calls.values(functions.run(calls.of(version), Deadline.NONE), 0))
                        .containsExactly((long) version);
                List<ClassLoader> open = functions.loaders();
                assertThat(open).hasSize(1);
                loaders.add(new WeakReference<>(open.getFirst()));
                if (holds) {
                    held.addAll(open);
                }
            }
            int alive = collect(loaders);
            return new Left(alive, metaspace() - before);
        }
    }

    /** Collects until only one loader is alive, or collecting does not help; answers how many are. */
    private static int collect(List<WeakReference<ClassLoader>> loaders) {
        int alive = loaders.size();
        for (int collection = 0; collection < MOST_COLLECTIONS && alive > 1; collection++) {
            System.gc();
            alive = (int)
                    loaders.stream().filter(loader -> loader.get() != null).count();
        }
        return alive;
    }

    private static long metaspace() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getName().equals("Metaspace"))
                .map(MemoryPoolMXBean::getUsage)
                .mapToLong(usage -> usage.getUsed())
                .sum();
    }

    /** A class that is large enough to be seen. */
    private static String source() {
        StringBuilder source = new StringBuilder("""
                class Scores {
                    static final ThreadLocal<Scores> LEFT = new ThreadLocal<>();
                    @OnlineFunction(outputs = "thing.out")
                    static long number() throws java.io.IOException {
                        LEFT.set(new Scores());
                        try (var content = Scores.class.getResourceAsStream("/number")) {
                            return Long.parseLong(new String(content.readAllBytes()));
                        }
                    }
                """);
        for (int method = 0; method < 300; method++) {
            source.append("    static long filler" + method + "(long a) { return a * " + (method + 100_000) + "L; }\n");
        }
        return source.append("}\n").toString();
    }
}
