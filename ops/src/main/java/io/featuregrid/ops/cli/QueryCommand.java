package io.featuregrid.ops.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    @Mixin
    private QueryOptions query = new QueryOptions();

    @Option(names = "--explain", description = "Show the plan, too.")
    private boolean explain;
}
