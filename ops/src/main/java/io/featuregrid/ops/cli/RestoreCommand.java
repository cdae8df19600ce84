package io.featuregrid.ops.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.ops.node.NodeRestore;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(
        name = "restore",
        description = "Makes a new home of a backup; start a node there to serve what was true at its point.",
        footer = {
            "",
            "The backup is read whole before anything is written: a damaged or interrupted one is refused. With --json:",
            "{\"home\":, \"point\": {}, \"observations\": {set: n}, \"online\":}.",
            "",
            "Example:",
            "  featuregrid restore /backups/2013-06-01 --home /data/restored && featuregrid start --home /data/restored"
        })
final class RestoreCommand implements Callable<Integer> {
    @Mixin
    private HomeOption home = new HomeOption();

    @Mixin
    private SettingsOptions settings = new SettingsOptions();

    @Mixin
    private JsonOption json = new JsonOption();

    @Parameters(paramLabel = "DIR", description = "The folder that `featuregrid backup` wrote.")
    private Path directory = Path.of("");

    @Override
    public Integer call() {
        ObjectNode restored = NodeRestore.restore(
                directory, settings.launch(home.folder()), step -> System.err.println("restore: " + step));
        restored.put("home", home.folder().toString());
        if (json.isGiven()) {
            System.out.println(restored);
        } else {
            System.out.println("restored into " + home.folder() + " as of "
                    + restored.path("point").path("inserted_at").asText() + ": start it with `featuregrid start --home "
                    + home.folder() + "`");
        }
        return 0;
    }
}
