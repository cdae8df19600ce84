package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.definition.Catalog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.configuration.CacheConfiguration;

/**
 * A node of the grid in a process of its own. It does what the lines of its standard input say, and answers each with a line:
 *
 * <ul>
 *   <li>{@code address}: where other nodes find it
 *   <li>{@code catalog}: the version of the catalog
 *   <li>{@code apply N}: makes N the version
 *   <li>{@code write N}: writes the keys from N on, one line for each that is acknowledged, until it ends
 *   <li>{@code missing N}: how many of the keys 0 to N-1 are not there
 *   <li>{@code stop}: stops, without an answer
 * </ul>
 */
final class GridProcess implements AutoCloseable {
    private static final String CACHE = "rows";
    private static final int PARTITIONS = 64;

    private final Process process;
    private final BufferedReader answers;

    private GridProcess(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static GridProcess start(Path folder, String... peers) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            // An agent of the test's process would write where that one writes.
            if (!option.startsWith("-javaagent")) {
                command.add(option);
            }
        }
        command.addAll(List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-ea"));
        command.addAll(
                List.of("-cp", System.getProperty("java.class.path"), GridProcess.class.getName(), folder.toString()));
        command.addAll(List.of(peers));
        return new GridProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    String ask(String command) throws IOException {
        tell(command);
        return nextLine();
    }

    void tell(String command) throws IOException {
        process.getOutputStream().write((command + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    String nextLine() throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("the node's process ended (expected an answer)");
        }
        return line;
    }

    /** Ends the process as a crash would, and returns what it still said. */
    List<String> kill() throws InterruptedException, IOException {
        // Of the handle: that of the process would throw away what it still said.
        process.toHandle().destroyForcibly();
        process.waitFor();
        List<String> rest = new ArrayList<>();
        for (String line = answers.readLine(); line != null; line = answers.readLine()) {
            rest.add(line);
        }
        return rest;
    }

    @Override
    public void close() throws IOException {
        if (process.isAlive()) {
            tell("stop");
            process.onExit()
                    .orTimeout(60, TimeUnit.SECONDS)
                    .handle((ended, late) -> process.destroyForcibly())
                    .join();
        }
        answers.close();
    }

    /**
     * The node.
     *
     * @param arguments the folder, then peers
     */
    public static void main(String[] arguments) throws IOException {
        String[] peers = List.of(arguments).subList(1, arguments.length).toArray(new String[0]);
        try (Grid grid = Grid.start(Grids.settings(Path.of(arguments[0]), peers));
                GridCatalogStore catalog = GridCatalogStore.open(grid, Optional.empty());
                BufferedReader commands =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            IgniteCache<Long, Long> rows = grid.ignite()
                    .getOrCreateCache(new CacheConfiguration<Long, Long>(CACHE)
                            .setBackups(grid.settings().backups())
                            .setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC)
                            .setAffinity(new RendezvousAffinityFunction(false, PARTITIONS)));
            for (String line = commands.readLine(); line != null && !line.equals("stop"); line = commands.readLine()) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "address" -> System.out.println(grid.discoveryAddress());
                    case "catalog" -> System.out.println(catalog.current().version());
                    case "apply" -> {
                        Catalog next = Catalogs.version(Integer.parseInt(words[1]));
                        catalog.replace(catalog.current().version(), next);
                        System.out.println("applied");
                    }
                    case "write" -> write(rows, Long.parseLong(words[1]));
                    case "missing" -> System.out.println(missing(rows, Long.parseLong(words[1])));
                    default -> throw new IllegalArgumentException("command is '" + line + "'");
                }
            }
        }
    }

    private static void write(IgniteCache<Long, Long> rows, long from) {
        for (long key = from; ; key++) {
            rows.put(key, key);
            System.out.println(key);
        }
    }

    private static long missing(IgniteCache<Long, Long> rows, long keys) {
        long missing = 0;
        for (long key = 0; key < keys; key++) {
            missing += Long.valueOf(key).equals(rows.get(key)) ? 0 : 1;
        }
        return missing;
    }
}
