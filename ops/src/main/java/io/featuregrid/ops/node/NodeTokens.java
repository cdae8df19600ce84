package io.featuregrid.ops.node;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.ops.access.Token;
import io.featuregrid.ops.access.Tokens;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.time.Durations;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The tokens of a node, whether it runs or not. */
public final class NodeTokens {
    private static final Pattern NAME = Pattern.compile("\\P{Cntrl}{0,100}");

    private final Path file;
    private final Clock clock = Clock.system();
    private final Tokens tokens;

    /**
     * The tokens of the node that would be launched so.
     *
     * @throws UsageException if the launch does not say where they are
     */
    public NodeTokens(NodeLaunch launch) {
        this.file = launch.tokens();
        this.tokens = new Tokens(file, clock, new SecureRandom());
    }

    /** A line for each role there is. */
    public static List<String> describeRoles() {
        return Arrays.stream(Role.values())
                .map(role -> String.format(java.util.Locale.ROOT, "  %-8s %s", role.text(), role.allows()))
                .toList();
    }

    public Path file() {
        return file;
    }

    /**
     * Makes a token; the answer's {@code token} is the only place where it stands.
     *
     * @param expires how long it counts; null for ever
     * @throws UsageException if a role, the name or the duration is none
     */
    public ObjectNode create(List<String> roles, String name, @Nullable String expires) {
        List<String> problems = new ArrayList<>();
        EnumSet<Role> found = EnumSet.noneOf(Role.class);
        for (String text : roles) {
            Optional<Role> role = Role.find(text);
            role.ifPresent(found::add);
            if (role.isEmpty()) {
                problems.add("--role is \"" + text + "\" (expected one of "
                        + Arrays.stream(Role.values()).map(Role::text).collect(Collectors.joining(", ")) + ")");
            }
        }
        if (!NAME.matcher(name).matches()) {
            problems.add("--name has more than 100 characters, or a line's end (expected a few words)");
        }
        Long life = expires == null ? null : life(expires, problems);
        if (!problems.isEmpty()) {
            throw new UsageException(problems);
        }
        Token.Made made = tokens.create(name, found, life);
        ObjectNode answer = JsonNodeFactory.instance.objectNode().put("token", made.secret());
        answer.setAll(made.token().describe(clock.nowMicros()));
        return answer;
    }

    private static @Nullable Long life(String text, List<String> problems) {
        try {
            long micros = Durations.parse(text, "--expires");
            if (micros == Durations.INFINITY) {
                return null;
            }
            if (micros > 0) {
                return micros;
            }
        } catch (FeatureGridException malformed) {
            // Refused below, in the same words as one without length.
        }
        problems.add("--expires is \"" + text + "\" (expected a duration, like 90d)");
        return null;
    }

    public ArrayNode list() {
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        tokens.list().forEach(token -> all.add(token.describe(clock.nowMicros())));
        return all;
    }

    /**
     * Makes a token count for nothing.
     *
     * @throws FeatureGridException INVALID_QUERY if there is no token with this id
     */
    public ObjectNode revoke(String id) {
        return tokens.revoke(id).describe(clock.nowMicros());
    }
}
