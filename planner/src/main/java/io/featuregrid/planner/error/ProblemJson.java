package io.featuregrid.planner.error;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;

/** A problem as every door shows it in JSON. */
public final class ProblemJson {
    private ProblemJson() {}

    /** {@code {code, category, message, display_primary_key, display_primary_key_fqn, exception, feature, resolver}}, null where unknown. */
    public static ObjectNode write(Problem problem) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("code", problem.code().name())
                .put("category", problem.code().category().name().toLowerCase(Locale.ROOT))
                .put("message", problem.message())
                .putNull("display_primary_key")
                .putNull("display_primary_key_fqn")
                .putNull("exception")
                .put("feature", problem.feature())
                .put("resolver", problem.resolver());
    }
}
