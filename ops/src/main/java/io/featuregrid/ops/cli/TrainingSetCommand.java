package io.featuregrid.ops.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "training-set",
        description = "Joins features to the rows of a Parquet file, each as of the row's own time.",
        footer = {
            "",
            "With --json: {\"rows\":, \"dropped\":, \"seconds\":}.",
            "",
            "Examples:",
            "  featuregrid training-set --spine labels.parquet --time ts --features flight.distance,flight.plane.seats \\",
            "      --key flight.id=flight_id --out train.parquet",
            "  featuregrid training-set --spine labels.parquet --time ts --features origin.temp,dest.temp \\",
            "      --role origin=airport:faa=origin --role dest=airport:faa=dest --out train.parquet"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class TrainingSetCommand extends PythonCommand {
    @Option(
            names = "--spine",
            required = true,
            paramLabel = "FILE",
            description = "A Parquet file with key columns and a column of times.")
    private @Nullable Path spine;

    @Option(names = "--time", required = true, paramLabel = "COLUMN", description = "The spine's column of times.")
    private @Nullable String time;

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Features asked;

    @Option(names = "--recompute", paramLabel = "NAME,...", description = "Features that must be computed.")
    private List<String> recompute = new ArrayList<>();

    @Option(
            names = "--sample",
            paramLabel = "NAME,...",
            description = "Computed features to take from observations instead.")
    private List<String> sample = new ArrayList<>();

    @Option(names = "--explain", description = "Print the plan and stop; --out is not written.")
    private boolean explain;

    @Option(names = "--out", required = true, paramLabel = "FILE", description = "The Parquet file to write.")
    private @Nullable Path out;

    @Option(
            names = "--key",
            paramLabel = "KEY=COLUMN",
            description =
                    "The spine column of a key. Default for flight.id: a column flight.id, flight_id or id, the first"
                            + " that is there.")
    private List<String> keys = new ArrayList<>();

    @Option(
            names = "--role",
            paramLabel = "ROLE=SET:KEY=COLUMN[,...]",
            description = "A set under another name, as origin=airport:faa=origin.")
    private List<String> roles = new ArrayList<>();

    @Option(names = "--input", paramLabel = "NAME=COLUMN", description = "A spine column as a feature's value.")
    private List<String> inputs = new ArrayList<>();

    @Option(
            names = "--end",
            paramLabel = "inclusive|exclusive",
            description = "Whether what was true at the time itself counts. Default: inclusive.")
    private @Nullable String end;

    @Option(names = "--delay", paramLabel = "DURATION", description = "Look so much earlier, as 1h30m.")
    private @Nullable String delay;

    @Option(
            names = "--cutoff",
            paramLabel = "TIME",
            description = "Leave out what was inserted later; 'spine': later than each row's own time.")
    private @Nullable String cutoff;

    @Option(names = "--required", paramLabel = "NAME,...", description = "Drop rows that miss one of these features.")
    private List<String> required = new ArrayList<>();

    @Option(names = "--no-defaults", description = "Show missing values as null.")
    private boolean noDefaults;

    @Option(
            names = "--errors",
            paramLabel = "null|raise",
            description = "Whether a cell that fails is null, or ends it all. Default: null.")
    private @Nullable String errors;

    /** The features, one way or the other. */
    @SuppressWarnings("UnusedVariable")
    static final class Features {
        @Option(names = "--features", paramLabel = "NAME,...", description = "The features to join.")
        private List<String> features = new ArrayList<>();

        @Option(
                names = "--query",
                paramLabel = "NAME@VERSION",
                description = "A named query of the definitions, in place of --features.")
        private @Nullable String query;
    }
}
