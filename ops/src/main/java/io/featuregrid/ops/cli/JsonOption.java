package io.featuregrid.ops.cli;

import picocli.CommandLine.Option;

/** Whether programs read the result. */
final class JsonOption {
    @Option(names = "--json", description = "Print one JSON object as the last line of standard output.")
    private boolean json;

    boolean isGiven() {
        return json;
    }
}
