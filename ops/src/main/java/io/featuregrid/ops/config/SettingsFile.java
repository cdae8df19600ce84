package io.featuregrid.ops.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** Settings as a YAML file states them: {@code http: {port: 0}} and {@code http.port: 0} say the same. */
final class SettingsFile {
    private final Path file;
    private final List<String> problems;
    private final Map<String, String> texts = new LinkedHashMap<>();

    private SettingsFile(Path file, List<String> problems) {
        this.file = file;
        this.problems = problems;
    }

    /** The text of each setting by its full name. What cannot be read is added to the problems. */
    static Map<String, String> read(Path file, List<String> problems) {
        SettingsFile settings = new SettingsFile(file, problems);
        settings.read();
        return settings.texts;
    }

    private void read() {
        try {
            LoadSettings yaml = LoadSettings.builder()
                    .setLabel(file.toString())
                    .setAllowDuplicateKeys(false)
                    .build();
            Object root = new Load(yaml).loadFromString(Files.readString(file));
            if (root instanceof Map<?, ?> map) {
                flatten("", map);
            } else if (root != null) {
                problems.add(file + " holds " + describe(root) + " (expected settings, like http.port: 0)");
            }
        } catch (NoSuchFileException missing) {
            problems.add(file + " does not exist (expected a YAML file with settings)");
        } catch (IOException unreadable) {
            problems.add(file + " cannot be read: " + unreadable.getMessage());
        } catch (YamlEngineException malformed) {
            problems.add(file + " is no YAML: "
                    + String.join(" ", String.valueOf(malformed.getMessage()).split("\\s+")));
        }
    }

    private void flatten(String prefix, Map<?, ?> map) {
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String name = prefix + entry.getKey();
            Object value = entry.getValue();
            if (value instanceof Map<?, ?> inner) {
                flatten(name + ".", inner);
            } else if (value instanceof String || value instanceof Number || value instanceof Boolean) {
                if (texts.put(name, String.valueOf(value)) != null) {
                    problems.add(file + " sets " + name + " twice");
                }
            } else {
                problems.add(file + ": " + name + " is " + describe(value) + " (expected one value)");
            }
        }
    }

    private static String describe(@Nullable Object value) {
        return value == null ? "empty" : value instanceof List ? "a list" : "\"" + value + "\"";
    }
}
