package io.featuregrid.ops.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** Settings as a YAML file states them: {@code http: {port: 0}} and {@code http.port: 0} say the same. */
final class SettingsFile {
    /** No name has so many parts; an anchor that holds itself would never end. */
    private static final int MOST_PARTS = 8;

    private final Path file;
    private final List<String> problems;
    private final Map<String, Stated> settings = new LinkedHashMap<>();

    /**
     * What the file says of one setting.
     *
     * @param where {@code file:line}
     */
    record Stated(String text, String where) {}

    private SettingsFile(Path file, List<String> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** What is said of each setting, by its full name. What cannot be read is added to the problems, with its line. */
    static Map<String, Stated> read(Path file, List<String> problems) {
        SettingsFile settings = new SettingsFile(file, problems);
        settings.read();
        return settings.settings;
    }

    private void read() {
        try {
            LoadSettings yaml = LoadSettings.builder().setLabel(file.toString()).build();
            // Composed and not constructed: only nodes know their lines, and a number stays as it was written.
            Optional<Node> root = new Compose(yaml).composeString(Files.readString(file));
            if (root.isPresent() && root.get() instanceof MappingNode map) {
                flatten("", map, 1);
            } else if (root.isPresent() && !root.get().getTag().equals(Tag.NULL)) {
                problems.add(place(root.get()) + ": the file holds " + describe(root.get())
                        + " (expected settings, like http.port: 0)");
            }
        } catch (NoSuchFileException missing) {
            problems.add(file + " does not exist (expected a YAML file with settings)");
        } catch (IOException unreadable) {
            problems.add(file + " cannot be read: " + unreadable);
        } catch (MarkedYamlEngineException malformed) {
            String line = malformed
                    .getProblemMark()
                    .map(mark -> ":" + (mark.getLine() + 1))
                    .orElse("");
            problems.add(file + line + ": the file is no YAML: " + malformed.getProblem());
        } catch (YamlEngineException malformed) {
            problems.add(file + ": the file is no YAML: "
                    + String.join(" ", String.valueOf(malformed.getMessage()).split("\\s+")));
        }
    }

    private void flatten(String prefix, MappingNode map, int parts) {
        for (NodeTuple entry : map.getValue()) {
            String where = place(entry.getKeyNode());
            if (!(entry.getKeyNode() instanceof ScalarNode key)) {
                problems.add(where + ": a name is " + describe(entry.getKeyNode()) + " (expected a setting's name)");
                continue;
            }
            String name = prefix + key.getValue();
            Node value = entry.getValueNode();
            if (value instanceof MappingNode inner) {
                if (parts < MOST_PARTS) {
                    flatten(name + ".", inner, parts + 1);
                } else {
                    problems.add(where + ": " + name + " is nested too deep (expected a setting)");
                }
            } else if (value instanceof ScalarNode scalar && !scalar.getTag().equals(Tag.NULL)) {
                Stated earlier = settings.putIfAbsent(name, new Stated(scalar.getValue(), where));
                if (earlier != null) {
                    problems.add(where + ": " + name + " is set twice (first in " + earlier.where() + ")");
                }
            } else {
                problems.add(where + ": " + name + " is " + describe(value) + " (expected one value)");
            }
        }
    }

    private String place(Node node) {
        return file
                + node.getStartMark().map(mark -> ":" + (mark.getLine() + 1)).orElse("");
    }

    private static String describe(Node value) {
        if (value instanceof ScalarNode scalar) {
            return scalar.getTag().equals(Tag.NULL) ? "empty" : "\"" + scalar.getValue() + "\"";
        }
        return value instanceof SequenceNode ? "a list" : "a table";
    }
}
