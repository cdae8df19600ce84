package io.featuregrid.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.ops.node.NodeAddress;
import io.featuregrid.ops.node.NodeLaunch;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "demo",
        description =
                "Runs examples/flights on a node of its own: applies definitions, ingests a year of flights, asks for one"
                        + " online, and joins a training set. Stays until Ctrl-C, so that you can go on with it.",
        footer = {
            "",
            "With --json: {\"rows\":, \"features\":, \"non_null\": {}, \"observations\": {},",
            "\"online\": {\"inputs\": {}, \"values\": {}, \"trace_id\":}, \"seconds\": {}}.",
            "Both ports are free ones unless --set names them.",
            "",
            "Examples:",
            "  featuregrid demo",
            "  featuregrid demo --once --json --out train.parquet"
        })
final class DemoCommand implements Callable<Integer> {
    private static final int INTERRUPTED = 130;

    @Option(
            names = "--home",
            paramLabel = "DIR",
            description = "The folder of the node's state. Default: a temporary one, deleted at the end.")
    private @Nullable Path home;

    @Mixin
    private SettingsOptions settings = new SettingsOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--once", description = "Stop when the training set is there.")
    private boolean once;

    @Option(
            names = "--flights",
            paramLabel = "FILE",
            description = "Another Parquet file with the columns of examples/flights/data/flights.parquet.")
    private @Nullable Path flights;

    @Option(
            names = "--ask",
            paramLabel = "ID",
            description = "The flight to ask for online, as 2013-01-01-UA-1545-EWR. Default: the last one of the file.")
    private @Nullable String ask;

    @Option(names = "--out", paramLabel = "FILE", description = "Write the training set to this Parquet file.")
    private @Nullable Path out;

    @Override
    public Integer call() throws Exception {
        settings.launch(Path.of("")).check();
        Path example = PythonProgram.root().resolve("examples").resolve("flights");
        try (NodeRun run = new NodeRun()) {
            run.setSignalStatus(INTERRUPTED);
            Path folder = home == null ? run.throwawayHome() : home;
            NodeLaunch launch = settings.launch(folder).onFreePorts();
            NodeAddress node = run.start(launch).address();
            double startSeconds = (System.currentTimeMillis()
                            - ManagementFactory.getRuntimeMXBean().getStartTime())
                    / 1000.0;
            Optional<ObjectNode> figures = work(run, example.resolve("demo.py"), node);
            if (figures.isEmpty()) {
                return 1;
            }
            addStart(figures.get(), startSeconds);
            if (!json.isGiven()) {
                DemoText.figures(figures.get()).forEach(System.out::println);
                if (!once) {
                    DemoText.howToGoOn(node, example, figures.get()).forEach(System.out::println);
                }
            } else {
                System.out.println(figures.get());
            }
            System.out.flush();
            if (!once) {
                run.setSignalStatus(0);
                run.awaitSignal();
            }
        }
        return 0;
    }

    /** Runs the example; empty if it failed, for which it gave the reason itself. */
    private Optional<ObjectNode> work(NodeRun run, Path script, NodeAddress node)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of(script.toString(), "--url", node.url()));
        if (flights != null) {
            arguments.addAll(List.of("--flights", flights.toString()));
        }
        if (ask != null) {
            arguments.add("--ask=" + ask);
        }
        if (out != null) {
            arguments.addAll(List.of("--out", out.toString()));
        }
        Process child = run.startChild(PythonProgram.deafToInterrupts(arguments)
                .redirectInput(Redirect.INHERIT)
                .redirectError(Redirect.INHERIT));
        String last = "";
        try (BufferedReader lines = child.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                last = line;
            }
        }
        return child.waitFor() == 0 ? Optional.of(read(last)) : Optional.empty();
    }

    private static ObjectNode read(String line) throws IOException {
        JsonNode figures = new JsonMapper().readTree(line);
        if (figures instanceof ObjectNode object && object.path("seconds").isObject()) {
            return object;
        }
        throw new FeatureGridException(
                ErrorCode.INTERNAL_SERVER_ERROR,
                "the example ended with the line \"" + line + "\" (expected one JSON object with its figures)");
    }

    private static void addStart(ObjectNode figures, double seconds) {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        all.put("start", Math.round(seconds * 1000) / 1000.0);
        all.setAll((ObjectNode) figures.path("seconds"));
        figures.set("seconds", all);
    }
}
