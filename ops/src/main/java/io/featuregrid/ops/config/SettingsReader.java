package io.featuregrid.ops.config;

import io.featuregrid.flightserver.FlightSettings;
import io.featuregrid.gridnode.cluster.GridAddresses;
import io.featuregrid.gridnode.cluster.GridSettings;
import io.featuregrid.gridnode.cluster.GridSettings.WriteAheadLog;
import io.featuregrid.gridnode.ingest.LogSettings;
import io.featuregrid.gridnode.serve.HttpSettings;
import io.featuregrid.offline.HistorySettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads settings: what a flag says goes before what the file says, and that before the default. */
public final class SettingsReader {
    private static final List<String> NAMES =
            Setting.ALL.stream().map(Setting::name).toList();

    /** How long a start waits for the nodes that the grid knows. */
    private static final Duration ACTIVATION_WAIT = Duration.ofSeconds(60);

    private static final String FLAG = "--set";

    private final List<String> problems = new ArrayList<>();
    private final Map<String, Given> given = new LinkedHashMap<>();

    /**
     * What somebody wrote for a setting.
     *
     * @param where the file and line, or {@code --set}
     */
    private record Given(String text, String where) {}

    private SettingsReader() {}

    /**
     * The settings of a node.
     *
     * @param file a YAML file, or null if there is none
     * @param assignments texts of the form {@code name=value}; of two for one name the later holds
     * @throws SettingsException with every problem found
     */
    public static NodeSettings read(Path home, @Nullable Path file, List<String> assignments) {
        return new SettingsReader().readAll(home, file, assignments);
    }

    /**
     * Where the tokens lie, whatever else is set wrongly.
     *
     * @throws SettingsException if that cannot be read
     */
    public static Path tokens(Path home, @Nullable Path file, List<String> assignments) {
        SettingsReader reader = new SettingsReader();
        reader.take(file, assignments);
        Optional<Optional<Path>> tokens = reader.value(Setting.ACCESS_TOKENS);
        if (tokens.isEmpty() || !reader.problems.isEmpty()) {
            throw new SettingsException(reader.problems);
        }
        return AccessReader.tokens(home, tokens.get());
    }

    /** A line for each setting: name, default, unit and meaning. */
    public static List<String> describe() {
        return SettingsTable.lines();
    }

    /**
     * Each setting as it is in force.
     *
     * @throws SettingsException with every problem of the file and the assignments
     */
    public static List<SettingsTable.Line> table(@Nullable Path file, List<String> assignments) {
        SettingsReader reader = new SettingsReader();
        reader.take(file, assignments);
        List<SettingsTable.Line> lines = new ArrayList<>();
        for (Setting<?> setting : Setting.ALL) {
            reader.value(setting);
            Given given = reader.given.get(setting.name());
            lines.add(new SettingsTable.Line(
                    setting.name(),
                    setting.standard(),
                    setting.unit(),
                    setting.meaning(),
                    given == null ? null : given.text(),
                    given == null ? null : given.where()));
        }
        if (!reader.problems.isEmpty()) {
            throw new SettingsException(reader.problems);
        }
        return lines;
    }

    private NodeSettings readAll(Path home, @Nullable Path file, List<String> assignments) {
        take(file, assignments);
        HttpSettings http = http();
        FlightSettings flight = flight();
        HistorySettings history = history();
        GridSettings grid = grid(home);
        LogSettings log = log();
        FunctionSettings functions = functions();
        AccessSettings access = new AccessReader(this, problems).read(home);
        refuseOnePortTwice();
        if (grid != null
                && !grid.addresses().peers().isEmpty()
                && value(Setting.HISTORY_FOLDER).filter(String::isEmpty).isPresent()) {
            problems.add(
                    "grid.peers names other nodes, but history.folder is not set (expected one folder that all nodes"
                            + " of the grid share)");
        }
        if (http == null
                || flight == null
                || history == null
                || grid == null
                || log == null
                || functions == null
                || access == null
                || !problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return new NodeSettings(home, new NodeSettings.Doors(http, flight, access), history, grid, log, functions);
    }

    private void take(@Nullable Path file, List<String> assignments) {
        if (file != null) {
            SettingsFile.read(file, problems).forEach((name, stated) -> put(name, stated.text(), stated.where()));
        }
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals <= 0) {
                problems.add("--set is \"" + assignment + "\" (expected name=value, like http.port=0)");
            } else {
                put(
                        assignment.substring(0, equals).strip(),
                        assignment.substring(equals + 1).strip(),
                        FLAG);
            }
        }
    }

    private @Nullable HttpSettings http() {
        Optional<String> host = value(Setting.HTTP_HOST);
        Optional<Integer> port = value(Setting.HTTP_PORT);
        Optional<Integer> body = value(Setting.HTTP_MAX_BODY_BYTES);
        Optional<Integer> requests = value(Setting.HTTP_MAX_CONCURRENT_REQUESTS);
        Optional<Integer> connections = value(Setting.HTTP_MAX_CONNECTIONS);
        Optional<Long> idle = value(Setting.HTTP_IDLE_TIMEOUT);
        return problems.isEmpty()
                ? new HttpSettings(
                        host.orElseThrow(),
                        port.orElseThrow(),
                        body.orElseThrow(),
                        requests.orElseThrow(),
                        connections.orElseThrow(),
                        Duration.of(idle.orElseThrow(), ChronoUnit.MICROS))
                : null;
    }

    private @Nullable FlightSettings flight() {
        Optional<String> host = value(Setting.FLIGHT_HOST);
        Optional<Integer> port = value(Setting.FLIGHT_PORT);
        Optional<Integer> message = value(Setting.FLIGHT_MAX_MESSAGE_BYTES);
        return problems.isEmpty()
                ? new FlightSettings(host.orElseThrow(), port.orElseThrow(), message.orElseThrow())
                : null;
    }

    private @Nullable HistorySettings history() {
        Optional<Integer> threads = value(Setting.JOIN_THREADS);
        Optional<Integer> rows = value(Setting.JOIN_WINDOW_ROWS);
        Optional<Long> tolerance = value(Setting.INGEST_FUTURE_TOLERANCE);
        Optional<String> folder = value(Setting.HISTORY_FOLDER);
        return problems.isEmpty()
                ? new HistorySettings(
                        threads.filter(some -> some > 0)
                                .orElse(Runtime.getRuntime().availableProcessors()),
                        rows.orElseThrow(),
                        tolerance.orElseThrow(),
                        folder.filter(text -> !text.isEmpty()).map(Path::of).orElse(null))
                : null;
    }

    private @Nullable GridSettings grid(Path home) {
        Optional<String> host = value(Setting.GRID_HOST);
        Optional<Integer> thin = value(Setting.THIN_PORT);
        Optional<Integer> discovery = value(Setting.GRID_DISCOVERY_PORT);
        Optional<Integer> communication = value(Setting.GRID_COMMUNICATION_PORT);
        Optional<List<String>> peers = value(Setting.GRID_PEERS);
        Optional<Long> memory = value(Setting.GRID_MEMORY);
        Optional<Integer> backups = value(Setting.GRID_BACKUPS);
        Optional<WriteAheadLog> wal = value(Setting.GRID_WAL);
        return problems.isEmpty()
                ? new GridSettings(
                        home.resolve("grid"),
                        new GridAddresses(
                                host.orElseThrow(),
                                thin.orElseThrow(),
                                discovery.orElseThrow(),
                                communication.orElseThrow(),
                                peers.orElseThrow()),
                        memory.orElseThrow(),
                        backups.orElseThrow(),
                        wal.orElseThrow(),
                        ACTIVATION_WAIT)
                : null;
    }

    private @Nullable LogSettings log() {
        Optional<Long> most = value(Setting.LOG_MAX_BYTES);
        Optional<Long> interval = value(Setting.LOG_DRAIN_INTERVAL);
        Optional<Long> bytes = value(Setting.LOG_DRAIN_BYTES);
        LogSettings standard = LogSettings.defaults();
        return problems.isEmpty()
                ? standard.withLogBytes(most.orElseThrow())
                        .withSegment(new LogSettings.SegmentLimits(
                                bytes.orElseThrow(),
                                Duration.of(interval.orElseThrow(), ChronoUnit.MICROS),
                                standard.segment().entries()))
                : null;
    }

    private @Nullable FunctionSettings functions() {
        Optional<String> python = value(Setting.PYTHON_COMMAND);
        Optional<Integer> workers = value(Setting.PYTHON_WORKERS);
        Optional<Long> memory = value(Setting.PYTHON_MEMORY);
        Optional<Long> timeout = value(Setting.RESOLVER_TIMEOUT);
        return problems.isEmpty()
                ? new FunctionSettings(
                        python.orElseThrow(), workers.orElseThrow(), memory.orElseThrow(), timeout.orElseThrow())
                : null;
    }

    private void refuseOnePortTwice() {
        if (!problems.isEmpty()) {
            return;
        }
        List<Setting<Integer>> ports = List.of(Setting.HTTP_PORT, Setting.FLIGHT_PORT, Setting.THIN_PORT);
        for (int left = 0; left < ports.size(); left++) {
            for (int right = left + 1; right < ports.size(); right++) {
                Optional<Integer> port = value(ports.get(left));
                if (port.isPresent() && port.get() > 0 && port.equals(value(ports.get(right)))) {
                    problems.add(ports.get(left).name() + " and "
                            + ports.get(right).name() + " are both " + port.get() + " (expected two ports)");
                }
            }
        }
    }

    private void put(String name, String text, String where) {
        if (NAMES.contains(name)) {
            given.put(name, new Given(text, where));
        } else if (name.equals("home")) {
            problems.add(prefix(where) + "home is \"" + text + "\" (expected it as --home or FEATUREGRID_HOME)");
        } else {
            problems.add(prefix(where) + "there is no setting '" + name + "'"
                    + Suggestion.nearest(name, NAMES)
                            .map(near -> " (did you mean '" + near + "'?)")
                            .orElse(" (expected one of those that `featuregrid config` lists)"));
        }
    }

    /** The value of a setting, or empty if its text is a problem. */
    <T> Optional<T> value(Setting<T> setting) {
        Given known = given.getOrDefault(setting.name(), new Given(setting.standard(), FLAG));
        try {
            return Optional.of(setting.read().apply(known.text()));
        } catch (IllegalArgumentException refused) {
            String problem = prefix(known.where()) + setting.name() + " is \"" + known.text() + "\" (expected "
                    + refused.getMessage() + ")";
            // Some are asked for twice, by what they say and by what hangs on them.
            if (!problems.contains(problem)) {
                problems.add(problem);
            }
            return Optional.empty();
        }
    }

    private static String prefix(String where) {
        return where.equals(FLAG) ? "" : where + ": ";
    }
}
