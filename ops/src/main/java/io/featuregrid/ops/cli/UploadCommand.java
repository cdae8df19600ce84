package io.featuregrid.ops.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "upload",
        description = "Writes one observation, which is served from then on. For many there is ingest.",
        footer = {
            "",
            "A value is read as its feature's type says; null is null, but for text. With --json: the reply as HTTP has it,",
            "{\"observations\":, \"inserted_at\":, \"trace_id\":}.",
            "",
            "Examples:",
            "  featuregrid upload plane.tailnum=N14228 plane.seats=149",
            "  featuregrid upload user.id=7 user.score=null --observed-at 2013-06-01T12:00:00Z"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class UploadCommand extends PythonCommand {
    @Parameters(arity = "1..*", paramLabel = "NAME=VALUE", description = "The key, and the values that are observed.")
    private List<String> row = new ArrayList<>();

    @Option(
            names = "--observed-at",
            paramLabel = "TIME",
            description = "When it was true. Default: the set's feature time, else now.")
    private @Nullable String observedAt;

    @Option(
            names = "--ingest-id",
            paramLabel = "ID",
            description = "A name for this write, which makes a retry harmless.")
    private @Nullable String ingestId;
}
