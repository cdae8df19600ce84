package io.featuregrid.ops.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "ingest",
        description = "Stores the rows of a Parquet file as observations of a feature set, all of them or none.",
        footer = {
            "",
            "With --json: {\"rows\":, \"history\":, \"online\":, ...}.",
            "",
            "Examples:",
            "  featuregrid ingest plane planes.parquet --observed-at 2012-12-31",
            "  featuregrid ingest weather weather.parquet --observed-at time_hour --ingest-id weather-2013"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class IngestCommand extends PythonCommand {
    @Parameters(index = "0", paramLabel = "SET", description = "The feature set.")
    private String set = "";

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "A Parquet file: key columns, features, and the columns that options name.")
    private @Nullable Path file;

    @Option(
            names = "--observed-at",
            paramLabel = "COLUMN",
            description =
                    "Column of times at which the rows were true, or one time for all. Default: the set's feature time,"
                            + " else now.")
    private @Nullable String observedAt;

    @Option(
            names = "--nulls",
            paramLabel = "keep|skip",
            description = "Whether a null is a value, or says nothing. Default: keep.")
    private @Nullable String nulls;

    @Option(
            names = "--ingest-id",
            paramLabel = "ID",
            description = "A name for this ingest, which makes a retry harmless.")
    private @Nullable String ingestId;

    @Option(
            names = "--preserve-inserted-at",
            paramLabel = "COLUMN",
            description = "Column of another store's insertion times.")
    private @Nullable String preserveInsertedAt;

    @Option(names = "--round", paramLabel = "floor", description = "Accept times finer than a microsecond.")
    private @Nullable String round;

    @Option(names = "--allow-future", description = "Accept times to come.")
    private boolean allowFuture;

    @Option(
            names = "--tombstone",
            paramLabel = "COLUMN",
            description =
                    "Bool column, true where the row ends what its columns say, or all of the entity if only keys are"
                            + " there.")
    private @Nullable String tombstone;
}
