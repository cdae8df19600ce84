package io.featuregrid.ops.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "erase",
        description = "Erases entities: nothing that was written of them so far is served or joined again.",
        footer = {
            "",
            "Later writes are new life. Files are rewritten in time; datasets and backups are not. With --json: the reply as",
            "HTTP has it, {\"erased\":, \"mark\": {}, \"note\":}.",
            "",
            "Examples:",
            "  featuregrid erase user 7 12",
            "  featuregrid erase seat flight=UA1545 number=12 flight=UA1545 number=13"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class EraseCommand extends PythonCommand {
    @Parameters(index = "0", paramLabel = "SET", description = "The feature set.")
    private String set = "";

    @Parameters(
            index = "1",
            arity = "0..*",
            paramLabel = "KEY",
            description =
                    "The key of each entity: its value, or column=value for each of several columns; none for a global"
                            + " set.")
    private List<String> keys = new ArrayList<>();
}
