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

    private final List<String> problems = new ArrayList<>();
    private final Map<String, String> texts = new LinkedHashMap<>();

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

    /** A line for each setting: name, default, unit and meaning. */
    public static List<String> describe() {
        return Setting.ALL.stream()
                .map(setting -> String.format(
                        java.util.Locale.ROOT,
                        "  %-29s %-10s %-9s %s",
                        setting.name(),
                        setting.standard(),
                        setting.unit(),
                        setting.meaning()))
                .toList();
    }

    private NodeSettings readAll(Path home, @Nullable Path file, List<String> assignments) {
        if (file != null) {
            SettingsFile.read(file, problems).forEach((name, text) -> put(name, text, file + ": "));
        }
        for (String assignment : assignments) {
            int equals = assignment.indexOf('=');
            if (equals <= 0) {
                problems.add("--set is \"" + assignment + "\" (expected name=value, like http.port=0)");
            } else {
                put(
                        assignment.substring(0, equals).strip(),
                        assignment.substring(equals + 1).strip(),
                        "");
            }
        }
        HttpSettings http = http();
        FlightSettings flight = flight();
        HistorySettings history = history();
        GridSettings grid = grid(home);
        LogSettings log = log();
        FunctionSettings functions = functions();
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
                || !problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return new NodeSettings(home, http, flight, history, grid, log, functions);
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
            texts.put(name, text);
        } else if (name.equals("home")) {
            problems.add(where + "home is \"" + text + "\" (expected it as --home or FEATUREGRID_HOME)");
        } else {
            problems.add(where + "there is no setting '" + name + "'"
                    + Suggestion.nearest(name, NAMES)
                            .map(near -> " (did you mean '" + near + "'?)")
                            .orElse(" (expected one of those that `featuregrid start --help` lists)"));
        }
    }

    /** The value of a setting, or empty if its text is a problem. */
    private <T> Optional<T> value(Setting<T> setting) {
        String text = texts.getOrDefault(setting.name(), setting.standard());
        try {
            return Optional.of(setting.read().apply(text));
        } catch (IllegalArgumentException refused) {
            problems.add(setting.name() + " is \"" + text + "\" (expected " + refused.getMessage() + ")");
            return Optional.empty();
        }
    }
}
