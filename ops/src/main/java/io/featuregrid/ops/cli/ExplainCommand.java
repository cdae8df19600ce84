package io.featuregrid.ops.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    @Mixin
    private QueryOptions query = new QueryOptions();

    @Option(names = "--analyze", description = "Run the query, and tell what each step took.")
    private boolean analyze;
}
