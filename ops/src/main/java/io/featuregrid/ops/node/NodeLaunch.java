package io.featuregrid.ops.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.ops.access.TokenAccess;
import io.featuregrid.ops.config.AccessSettings;
import io.featuregrid.ops.config.NodeSettings;
import io.featuregrid.ops.config.SettingsException;
import io.featuregrid.ops.config.SettingsReader;
import io.featuregrid.ops.config.SettingsTable;
import io.featuregrid.planner.execute.Clock;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * How somebody wants a node started, as they wrote it.
 *
 * @param home the folder of the node's state
 * @param config a YAML file with settings, or null
 * @param assignments settings as {@code name=value}, which go before the file's
 */
public record NodeLaunch(Path home, @Nullable Path config, List<String> assignments) {
    /** System properties that break a rule on purpose, for checks that start a node by themselves. */
    private static final String BREAKS = "featuregrid.break";
    /** The environment variable by which a check says that it is one. */
    private static final String CHECK = "FEATUREGRID_CHECK";

    public NodeLaunch {
        home = home.toAbsolutePath().normalize();
        config = config == null ? null : config.toAbsolutePath().normalize();
        assignments = List.copyOf(assignments);
    }

    /** The same launch on free ports, unless its own settings name some. */
    public NodeLaunch onFreePorts() {
        List<String> all = new ArrayList<>(List.of("http.port=0", "flight.port=0", "thin.port=0"));
        all.addAll(assignments);
        return new NodeLaunch(home, config, all);
    }

    /**
     * Reads the settings and starts nothing.
     *
     * @throws UsageException with every problem found
     */
    public void check() {
        settings();
    }

    /** A line for each setting there is: name, default, unit and meaning. */
    public static List<String> describeSettings() {
        return SettingsReader.describe();
    }

    /**
     * Each setting as JSON: name, default, unit, meaning, value in force, and what set it.
     *
     * @throws UsageException with every problem found
     */
    public ArrayNode settingsTable() {
        try {
            ArrayNode table = JsonNodeFactory.instance.arrayNode();
            for (SettingsTable.Line line : SettingsReader.table(config, assignments)) {
                table.addObject()
                        .put("name", line.name())
                        .put("default", line.standard())
                        .put("unit", line.unit())
                        .put("meaning", line.meaning())
                        .put("value", line.value() == null ? line.standard() : line.value())
                        .put("set_by", line.where());
            }
            return table;
        } catch (SettingsException refused) {
            throw new UsageException(refused.problems());
        }
    }

    /** The page of all settings for the documentation. */
    public static String settingsPage() {
        return SettingsTable.markdown();
    }

    /**
     * The file of the node's tokens.
     *
     * @throws UsageException if the settings do not say where it is
     */
    Path tokens() {
        try {
            return SettingsReader.tokens(home, config, assignments);
        } catch (SettingsException refused) {
            throw new UsageException(refused.problems());
        }
    }

    /** Why nobody could come in. */
    private static Optional<String> tokenProblem(AccessSettings access) {
        try {
            return !access.required() || new TokenAccess(access.tokens(), Clock.system(), System::nanoTime).hasTokens()
                    ? Optional.empty()
                    : Optional.of("tokens are asked for, but none in " + access.tokens()
                            + " counts (expected one that is not expired: `featuregrid token create`)");
        } catch (IOException unusable) {
            return Optional.of(String.valueOf(unusable.getMessage()));
        }
    }

    NodeSettings settings() {
        List<String> problems = new ArrayList<>();
        NodeSettings settings = null;
        try {
            settings = SettingsReader.read(home, config, assignments);
        } catch (SettingsException refused) {
            problems.addAll(refused.problems());
        }
        if (settings != null) {
            tokenProblem(settings.access()).ifPresent(problems::add);
        }
        problems.addAll(breaks(System.getProperties(), System.getenv()));
        if (settings == null || !problems.isEmpty()) {
            throw new UsageException(problems);
        }
        return settings;
    }

    /** A problem for each property that breaks a rule on purpose, unless the environment says that a check does it. */
    static List<String> breaks(Properties properties, Map<String, String> environment) {
        if ("1".equals(environment.get(CHECK))) {
            return List.of();
        }
        return properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith(BREAKS))
                .map(name -> "the JVM has the property " + name
                        + " (expected none of the name: it breaks a rule on purpose, which is for checks only)")
                .sorted()
                .toList();
    }
}
