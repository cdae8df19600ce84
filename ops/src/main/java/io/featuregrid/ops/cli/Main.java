package io.featuregrid.ops.cli;

import io.featuregrid.ops.node.NodeLaunch;
import io.featuregrid.ops.node.UsageException;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.error.Problem;
import java.io.InputStream;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Properties;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.UsageMessageSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The entry of the command line. Exit status 0 done, 1 failed, with the reason on stderr, code first, 2 wrong usage. */
@Command(
        name = "featuregrid",
        description = "FeatureGrid, a feature store: what is it now, and what was it then.",
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            StartCommand.class,
            StopCommand.class,
            StatusCommand.class,
            ApplyCommand.class,
            IngestCommand.class,
            UploadCommand.class,
            QueryCommand.class,
            ExplainCommand.class,
            GetCommand.class,
            TrainingSetCommand.class,
            LoadCommand.class,
            EraseCommand.class,
            ConfigCommand.class,
            TokenCommand.class,
            BackupCommand.class,
            RestoreCommand.class
        },
        footer = {
            "",
            "A node keeps everything under one folder: --home, else FEATUREGRID_HOME, else ~/.featuregrid.",
            "Results go to standard output, with --json as one JSON object in its last line; all else to standard error.",
            "Exit status: 0 done, 1 failed, 2 wrong usage.",
            "",
            "Examples:",
            "  featuregrid demo",
            "  featuregrid start --detach",
            "  featuregrid apply definitions.py --dry-run",
            "  featuregrid query --in plane.tailnum=N14228 --out plane.seats",
            "  featuregrid training-set --help"
        })
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = CommandLine.ScopeType.INHERIT,
            description = "Show this help and do nothing.")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and do nothing.")
    @SuppressWarnings("UnusedVariable")
    private boolean version;

    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs one command and returns its exit status. */
    static int run(String... arguments) {
        return commandLine().execute(arguments);
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setParameterExceptionHandler(Main::tellUsage);
        line.setExecutionExceptionHandler((failure, command, result) -> tellFailure(failure, command.getErr()));
        line.setUsageHelpWidth(120);
        line.setUsageHelpLongOptionsMaxWidth(40);
        line.getSubcommands().forEach((name, command) -> {
            if (name.equals("start")) {
                addSettings(command.getCommandSpec().usageMessage());
            }
        });
        return line;
    }

    private static void addSettings(UsageMessageSpec usage) {
        List<String> footer = new ArrayList<>(Arrays.asList(usage.footer()));
        footer.add("");
        footer.add("Settings (--set name=value, or a YAML file with the same names):");
        footer.addAll(NodeLaunch.describeSettings());
        usage.footer(footer.toArray(String[]::new));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private static int tellUsage(ParameterException failure, String[] arguments) {
        CommandLine command = failure.getCommandLine();
        PrintWriter errors = command.getErr();
        errors.println(command.getCommandSpec().qualifiedName() + ": " + failure.getMessage());
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, errors);
        errors.println("try: " + command.getCommandSpec().qualifiedName() + " --help");
        return CommandLine.ExitCode.USAGE;
    }

    static int tellFailure(Exception failure, PrintWriter errors) {
        switch (failure) {
            case UsageException usage -> {
                usage.problems().forEach(errors::println);
                return CommandLine.ExitCode.USAGE;
            }
            case FeatureGridException refused ->
                refused.problems().stream()
                        .map(Problem::toString)
                        .map(Main::oneLine)
                        .forEach(errors::println);
            default -> {
                LoggerFactory.getLogger(Main.class).error("failed", failure);
                errors.println("INTERNAL_SERVER_ERROR: " + oneLine(failure.toString()));
            }
        }
        return CommandLine.ExitCode.SOFTWARE;
    }

    private static String oneLine(String text) {
        return String.join(" ", text.split("\\s+"));
    }

    /** Reads the version that the build wrote beside the classes. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() throws Exception {
            Properties properties = new Properties();
            try (InputStream stream =
                    Main.class.getResourceAsStream("/META-INF/maven/io.featuregrid/ops/pom.properties")) {
                if (stream != null) {
                    properties.load(stream);
                }
            }
            return new String[] {"featuregrid " + properties.getProperty("version", "(not built as a jar)")};
        }
    }
}
