package io.featuregrid.ops.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "load",
        description = "Brings a set's history into the grid; what is newer there stays.",
        footer = {
            "",
            "A load that was interrupted goes on where it was when it is run again. Progress goes to standard error.",
            "With --json: {\"rows\":, \"as_of\":}.",
            "",
            "Examples:",
            "  featuregrid load plane",
            "  featuregrid load plane --as-of 2013-06-01T00:00:00Z --json"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class LoadCommand extends PythonCommand {
    @Parameters(paramLabel = "SET", description = "The feature set.")
    private String set = "";

    @Option(names = "--as-of", paramLabel = "TIME", description = "Load what was true at this time. Default: now.")
    private @Nullable String asOf;
}
