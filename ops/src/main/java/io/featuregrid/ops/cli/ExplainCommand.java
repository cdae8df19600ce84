package io.featuregrid.ops.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "explain",
        description = "Shows how a query is answered: what is read, which functions are called, by what and why.",
        footer = {
            "",
            "With --json: {\"text\":, \"plan\": {}}. The plan of a training set: training-set ... --explain.",
            "",
            "Examples:",
            "  featuregrid explain --in flight.id=2013-01-01-UA-1545-EWR --out flight.plane_age",
            "  featuregrid explain --analyze --in flight.id=2013-01-01-UA-1545-EWR --name model_a@2"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class ExplainCommand extends PythonCommand {
    @Option(names = "--in", paramLabel = "NAME=VALUE", description = "A value that is known, a key among them.")
    private List<String> inputs = new ArrayList<>();

    @Option(names = "--out", paramLabel = "NAME,...", description = "The features to get.")
    private List<String> outputs = new ArrayList<>();

    @Option(
            names = "--name",
            paramLabel = "NAME@VERSION",
            description = "A named query of the definitions, in place of --out.")
    private @Nullable String name;

    @Option(names = "--now", paramLabel = "TIME", description = "Ask as of this time. Default: the node's clock.")
    private @Nullable String now;

    @Option(
            names = "--staleness",
            paramLabel = "NAME=DURATION",
            description = "How old a stored value may be, as 10m; 0s resolves it anew.")
    private List<String> staleness = new ArrayList<>();

    @Option(names = "--tag", paramLabel = "TAG", description = "A tag of the query's context.")
    private List<String> tags = new ArrayList<>();

    @Option(names = "--require-tag", paramLabel = "TAG", description = "A tag that each function that runs must have.")
    private List<String> requiredTags = new ArrayList<>();

    @Option(names = "--query-name", paramLabel = "NAME", description = "A name under which the query is counted.")
    private @Nullable String queryName;

    @Option(names = "--analyze", description = "Run the query, and tell what each step took.")
    private boolean analyze;
}
