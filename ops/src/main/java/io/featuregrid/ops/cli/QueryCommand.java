package io.featuregrid.ops.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "query",
        description = "Asks for features of one entity as they are now.",
        footer = {
            "",
            "A value is read as its feature's type says; null is null, but for text. What a single feature meets goes to",
            "standard error, and the rest is answered. With --json: the reply as HTTP has it, {\"data\": [], \"errors\":, \"meta\": {}}.",
            "",
            "Examples:",
            "  featuregrid query --in flight.id=2013-01-01-UA-1545-EWR --out flight.distance,flight.plane.seats",
            "  featuregrid query --in user.id=7 --out user.score --staleness user.score=10m --explain",
            "  featuregrid query --in flight.id=2013-01-01-UA-1545-EWR --name model_a@2"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class QueryCommand extends PythonCommand {
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

    @Option(names = "--explain", description = "Show the plan, too.")
    private boolean explain;
}
