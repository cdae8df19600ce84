package io.featuregrid.ops.config;

import io.featuregrid.flightserver.FlightSettings;
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
        Optional<String> httpHost = value(Setting.HTTP_HOST);
        Optional<Integer> httpPort = value(Setting.HTTP_PORT);
        Optional<Integer> body = value(Setting.HTTP_MAX_BODY_BYTES);
        Optional<Integer> requests = value(Setting.HTTP_MAX_CONCURRENT_REQUESTS);
        Optional<Integer> connections = value(Setting.HTTP_MAX_CONNECTIONS);
        Optional<Long> idle = value(Setting.HTTP_IDLE_TIMEOUT);
        Optional<String> flightHost = value(Setting.FLIGHT_HOST);
        Optional<Integer> flightPort = value(Setting.FLIGHT_PORT);
        Optional<Integer> message = value(Setting.FLIGHT_MAX_MESSAGE_BYTES);
        Optional<Integer> threads = value(Setting.JOIN_THREADS);
        Optional<Integer> rows = value(Setting.JOIN_WINDOW_ROWS);
        Optional<Long> tolerance = value(Setting.INGEST_FUTURE_TOLERANCE);
        if (httpHost.equals(flightHost)
                && httpPort.equals(flightPort)
                && httpPort.filter(port -> port > 0).isPresent()) {
            problems.add("http.port and flight.port are both " + httpPort.get() + " (expected two ports)");
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        int joining = threads.orElseThrow() == 0 ? Runtime.getRuntime().availableProcessors() : threads.orElseThrow();
        return new NodeSettings(
                home,
                new HttpSettings(
                        httpHost.orElseThrow(),
                        httpPort.orElseThrow(),
                        body.orElseThrow(),
                        requests.orElseThrow(),
                        connections.orElseThrow(),
                        Duration.of(idle.orElseThrow(), ChronoUnit.MICROS)),
                new FlightSettings(flightHost.orElseThrow(), flightPort.orElseThrow(), message.orElseThrow()),
                new HistorySettings(joining, rows.orElseThrow(), tolerance.orElseThrow()));
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
                            .orElse(" (expected one of " + NAMES + ")"));
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
