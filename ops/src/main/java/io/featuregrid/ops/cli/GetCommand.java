package io.featuregrid.ops.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "get",
        description =
                "What is this value: every feature of one entity with its value, age and origin, or why it is missing.",
        footer = {
            "",
            "With --json: {\"set.feature\": {\"value\":, \"valid\":, \"observed_at\":, \"inserted_at\":, \"age_seconds\":, \"origin\":,"
                    + " \"missing\":}}.",
            "",
            "Examples:",
            "  featuregrid get plane N14228",
            "  featuregrid get seat flight=UA1545 number=12 --at 2013-06-01T12:00:00Z"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class GetCommand extends PythonCommand {
    @Parameters(index = "0", paramLabel = "SET", description = "The feature set.")
    private String set = "";

    @Parameters(
            index = "1",
            arity = "0..*",
            paramLabel = "KEY",
            description =
                    "The entity's key: its value, or column=value for each of several columns; none for a global set.")
    private List<String> key = new ArrayList<>();

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description = "As it was at this time, from history. Default: as it is now, from the grid.")
    private @Nullable String at;
}
