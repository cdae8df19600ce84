package io.featuregrid.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.ops.node.NodeLaunch;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "config",
        description =
                "Prints every setting with its default, unit and meaning, and what --config and --set make of it.",
        footer = {
            "",
            "Mistakes are all told at once, with status 2. No setting holds a secret. With --json: {\"settings\": [{\"name\":,",
            "\"default\":, \"unit\":, \"meaning\":, \"value\":, \"set_by\":}]}; set_by is file and line, --set, or null.",
            "",
            "Examples:",
            "  featuregrid config",
            "  featuregrid config --config node.yaml --set http.port=0 --json"
        })
final class ConfigCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home = new HomeOption();

    @Mixin
    private SettingsOptions settings = new SettingsOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--markdown", description = "Print the page docs/CONFIGURATION.md instead.")
    private boolean markdown;

    @Override
    public Integer call() {
        if (markdown) {
            System.out.print(NodeLaunch.settingsPage());
            System.out.flush();
            return 0;
        }
        ArrayNode table = settings.launch(home.folder()).settingsTable();
        if (json.isGiven()) {
            System.out.println(JsonNodeFactory.instance.objectNode().set("settings", table));
            return 0;
        }
        for (JsonNode line : table) {
            String set = line.path("set_by").isNull()
                    ? ""
                    : "  [" + line.path("set_by").asText() + "]";
            System.out.printf(
                    Locale.ROOT,
                    "%-29s %-12s %-11s %s%s%n",
                    line.path("name").asText(),
                    line.path("value").asText(),
                    line.path("unit").asText(),
                    line.path("meaning").asText(),
                    set);
        }
        return 0;
    }
}
