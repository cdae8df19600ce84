package io.featuregrid.ops.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "apply",
        description = "Makes the catalog what definitions say: what they lack is removed. Prints the difference.",
        footer = {
            "",
            "All mistakes are told at once, each with file and line. With --json:",
            "{\"version\":, \"added\": [], \"changed\": [], \"removed\": [], \"breaks\": [], \"costs\": {}, \"errors\": []}.",
            "Lines with ! name resolvers and queries that depend on what goes, those with $ what stored values lose.",
            "",
            "Examples:",
            "  featuregrid apply definitions.py --dry-run",
            "  featuregrid apply my_features/ --replace --json"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class ApplyCommand extends PythonCommand {
    @Parameters(paramLabel = "PATH", description = "A .py file, a package folder, or a dotted module name.")
    private String path = "";

    @Option(names = "--dry-run", description = "Tell the difference and change nothing.")
    private boolean dryRun;

    @Option(names = "--replace", description = "Let types and keys change, at the loss of the values, and all sets go.")
    private boolean replace;
}
