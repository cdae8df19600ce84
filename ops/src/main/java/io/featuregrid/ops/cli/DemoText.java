package io.featuregrid.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.ops.node.NodeAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the demo tells a person. */
final class DemoText {
    private DemoText() {}

    static List<String> figures(JsonNode figures) {
        List<String> lines = new ArrayList<>(online(figures.path("online")));
        long rows = figures.path("rows").longValue();
        lines.add("");
        lines.add(grouped(rows) + " flights, each with "
                + figures.path("features").asText() + " features as they were known at its scheduled departure:");
        for (Map.Entry<String, JsonNode> feature : figures.path("non_null").properties()) {
            long known = feature.getValue().longValue();
            lines.add(String.format(
                    Locale.ROOT,
                    "  %-34s %9s known (%.1f %%)",
                    feature.getKey(),
                    grouped(known),
                    rows == 0 ? 0 : 100.0 * known / rows));
        }
        lines.add("observations stored: "
                + figures.path("observations").properties().stream()
                        .map(set -> set.getKey() + " " + grouped(set.getValue().longValue()))
                        .collect(Collectors.joining(", ")));
        lines.add("seconds: "
                + figures.path("seconds").properties().stream()
                        .map(step -> step.getKey().replace('_', ' ') + " " + step.getValue())
                        .collect(Collectors.joining(", ")));
        return lines;
    }

    private static List<String> online(JsonNode online) {
        List<String> lines = new ArrayList<>();
        if (online.path("values").isEmpty()) {
            return lines;
        }
        lines.add("");
        lines.add("flight " + online.path("inputs").path("flight.id").asText() + " as it is known now (trace "
                + online.path("trace_id").asText() + "):");
        for (Map.Entry<String, JsonNode> value : online.path("values").properties()) {
            String known =
                    value.getValue().isNull() ? "not known" : value.getValue().asText();
            lines.add(String.format(Locale.ROOT, "  %-34s %9s", value.getKey(), known));
        }
        return lines;
    }

    static List<String> howToGoOn(NodeAddress node, Path example, JsonNode figures) {
        String flight = figures.path("online").path("inputs").path("flight.id").asText("2013-01-01-UA-1545-EWR");
        String python = PythonProgram.executable();
        return List.of(
                "",
                "The node runs until Ctrl-C. Meanwhile, in another terminal:",
                "",
                "  a training set with nothing but pyarrow:",
                "    " + python + " " + example.resolve("plain_flight.py") + " " + node.flight(),
                "",
                "  or in " + python + ":",
                "    import featuregrid, pandas",
                "    grid = featuregrid.connect(\"" + node.url() + "\")",
                "    flights = grid.history(\"flight\").to_pandas().head()",
                "    grid.training_set(flights[[\"id\", \"sched_dep\"]], [\"flight.plane.seats\", \"flight.origin_airport.temp\"],",
                "                      time=\"sched_dep\", keys={\"flight.id\": \"id\"})",
                "",
                "  one flight as it is known now, and what a value is:",
                "    bin/featuregrid query --in flight.id=" + flight
                        + " --out flight.plane.seats,flight.airline.last_arr_delay --url " + node.url(),
                "    bin/featuregrid get flight " + flight + " --url " + node.url(),
                "",
                "  what would change if you edit the definitions:",
                "    bin/featuregrid apply " + example.resolve("definitions.py") + " --dry-run --url " + node.url());
    }

    private static String grouped(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }
}
