package io.featuregrid.ops.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** What a query is asked with. The fields only declare what may be given. */
@SuppressWarnings("UnusedVariable")
final class QueryOptions {
    @Option(names = "--in", paramLabel = "NAME=VALUE", description = "A value that is known, a key among them.")
    private List<String> inputs = new ArrayList<>();

    @ArgGroup(multiplicity = "1")
    @SuppressWarnings("NullAway.Init")
    private Outputs asked;

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

    /** The outputs, one way or the other. */
    @SuppressWarnings("UnusedVariable")
    static final class Outputs {
        @Option(names = "--out", paramLabel = "NAME,...", description = "The features to get.")
        private List<String> outputs = new ArrayList<>();

        @Option(
                names = "--name",
                paramLabel = "NAME@VERSION",
                description = "A named query of the definitions, in place of --out.")
        private @Nullable String name;
    }
}
