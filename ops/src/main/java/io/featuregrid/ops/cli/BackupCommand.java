package io.featuregrid.ops.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "backup",
        description = "Copies a running node's catalog, history and online rows of one moment into a folder.",
        footer = {
            "",
            "Writes go on meanwhile: what was acknowledged before is in the backup, what begins afterwards is not, online",
            "and offline alike. Progress goes to standard error; Ctrl-C ends the backup. A folder without manifest.json is",
            "none. With --json: {\"directory\":, \"point\": {}, \"observations\": {set: n}, \"online_rows\":, \"files\":, \"bytes\":}.",
            "",
            "Examples:",
            "  featuregrid backup /backups/2013-06-01",
            "  featuregrid backup /backups/2013-06-01 --home /data/features --json"
        })
// The fields only declare what may be given.
@SuppressWarnings("UnusedVariable")
final class BackupCommand extends PythonCommand {
    @Parameters(
            paramLabel = "DIR",
            description = "An absolute path on the node's machine: an empty folder, or none yet.")
    private String directory = "";
}
