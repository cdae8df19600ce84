package io.featuregrid.ops.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.ops.node.NodeTokens;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "token",
        description = "Makes, lists and revokes tokens, by which a node knows who may do what.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TokenCommand.Create.class, TokenCommand.Listing.class, TokenCommand.Revoke.class},
        footer = {
            "",
            "Each takes --home, --config, --set and --json. They change the file access.tokens (access/tokens.json under the home),",
            "which holds hashes; a node that runs sees it at once.",
            "",
            "Examples:",
            "  featuregrid token create --role read --name notebook --expires 90d",
            "  featuregrid token list",
            "  featuregrid token revoke 3f9a12bc"
        })
final class TokenCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given (expected create, list or revoke)");
    }

    /** What the commands share. */
    abstract static class Base implements Callable<Integer> {
        @Mixin
        private HomeOption home = new HomeOption();

        @Mixin
        private SettingsOptions settings = new SettingsOptions();

        @Mixin
        private JsonOption json = new JsonOption();

        NodeTokens tokens() {
            return new NodeTokens(settings.launch(home.folder()));
        }

        void tell(JsonNode answer, List<String> lines) {
            if (json.isGiven()) {
                System.out.println(answer);
            } else {
                lines.forEach(System.out::println);
            }
            System.out.flush();
        }
    }

    @Command(
            name = "create",
            description = "Makes a token and prints it, once: only its hash is kept.",
            footer = {
                "",
                "With --json: {\"token\":, \"id\":, \"name\":, \"roles\": [], \"created_at\":, \"expires_at\":, \"expired\":}.",
                "",
                "Example:",
                "  featuregrid token create --role read --role ingest --name loader --expires 90d"
            })
    static final class Create extends Base {
        @Option(
                names = "--role",
                required = true,
                paramLabel = "ROLE",
                description = "What the token allows: read, ingest, import, erase, apply or operate. May be repeated.")
        private List<String> roles = new ArrayList<>();

        @Option(names = "--name", paramLabel = "NAME", description = "What it is for, in your words.")
        private String name = "";

        @Option(
                names = "--expires",
                paramLabel = "DURATION",
                description = "How long it counts, as 90d. Default: for ever.")
        private @Nullable String expires;

        @Override
        public Integer call() {
            NodeTokens tokens = tokens();
            ObjectNode made = tokens.create(roles, name, expires);
            System.err.println(
                    "token " + describe(made) + ", kept as a hash in " + tokens.file() + "; it is shown this once:");
            tell(made, List.of(made.path("token").asText()));
            return 0;
        }
    }

    @Command(
            name = "list",
            description = "Tells the tokens there are, not what they are.",
            footer = {
                "",
                "With --json: {\"tokens\": [{\"id\":, \"name\":, \"roles\": [], \"created_at\":, \"expires_at\":, \"expired\":}]}.",
                "",
                "Example:",
                "  featuregrid token list"
            })
    static final class Listing extends Base {
        @Override
        public Integer call() {
            ArrayNode all = tokens().list();
            List<String> lines = StreamSupport.stream(all.spliterator(), false)
                    .map(TokenCommand::describe)
                    .toList();
            tell(
                    JsonNodeFactory.instance.objectNode().set("tokens", all),
                    lines.isEmpty() ? List.of("there are no tokens") : lines);
            return 0;
        }
    }

    @Command(
            name = "revoke",
            description = "Makes a token count for nothing, within a second on every node that uses the file.",
            footer = {
                "",
                "With --json: the token as list tells it.",
                "",
                "Example:",
                "  featuregrid token revoke 3f9a12bc"
            })
    static final class Revoke extends Base {
        @Parameters(paramLabel = "ID", description = "The id that list tells.")
        private String id = "";

        @Override
        public Integer call() {
            ObjectNode revoked = tokens().revoke(id);
            tell(revoked, List.of("revoked " + describe(revoked)));
            return 0;
        }
    }

    private static String describe(JsonNode token) {
        String roles = StreamSupport.stream(token.path("roles").spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(", "));
        String name = token.path("name").asText();
        String end = token.path("expires_at").isNull()
                ? ""
                : token.path("expired").asBoolean()
                        ? ", expired " + token.path("expires_at").asText()
                        : ", until " + token.path("expires_at").asText();
        return token.path("id").asText() + (name.isEmpty() ? "" : " \"" + name + "\"") + " (" + roles + ")" + end;
    }
}
