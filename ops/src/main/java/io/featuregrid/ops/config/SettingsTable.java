package io.featuregrid.ops.config;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** All settings there are, for people. No setting holds a secret: keys and tokens lie in files that settings only name. */
public final class SettingsTable {
    private SettingsTable() {}

    /**
     * One setting.
     *
     * @param value what is set, as it was written; null if the default is in force
     * @param where the file and line that set it, or {@code --set}
     */
    public record Line(
            String name,
            String standard,
            String unit,
            String meaning,
            @Nullable String value,
            @Nullable String where) {}

    static List<String> lines() {
        return Setting.ALL.stream()
                .map(setting -> String.format(
                        Locale.ROOT,
                        "  %-29s %-10s %-9s %s",
                        setting.name(),
                        setting.standard(),
                        setting.unit(),
                        setting.meaning()))
                .toList();
    }

    /** The page {@code docs/CONFIGURATION.md}. */
    public static String markdown() {
        StringBuilder page = new StringBuilder("""
                # Configuration

                This page is what `featuregrid config --markdown` prints; a test compares the two.

                A node takes its settings from a YAML file (`featuregrid start --config FILE`) and from `--set name=value`, which goes before the
                file. In the file, names may be nested or dotted: `http: {port: 0}` and `http.port: 0` say the same. A name that does not exist, or
                a value that does not fit, ends the start with status 2, and all problems are told at once, each with its file and line.
                `featuregrid config --config FILE` prints what is in force. No setting holds a secret: keys and tokens lie in files of their own.
                """);
        page.append("\n| setting | default | unit | meaning |\n| --- | --- | --- | --- |\n");
        for (Setting<?> setting : Setting.ALL) {
            String standard = setting.standard().isEmpty() ? "" : "`" + setting.standard() + "`";
            page.append("| `" + setting.name() + "` | " + standard + " | " + setting.unit() + " | "
                    + setting.meaning().replace("|", "\\|") + " |\n");
        }
        return page.toString();
    }
}
