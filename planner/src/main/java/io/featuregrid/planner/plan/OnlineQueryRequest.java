package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is it now: an online query as it is asked for, before any name is looked up.
 *
 * @param shape what its plan depends on
 * @param values what is given, one an input, in their order: a value in a query of one row, an array in a bulk query; empty if the values
 *     came apart from the request
 * @param options how it is answered
 */
public record OnlineQueryRequest(QueryShape shape, List<JsonNode> values, Options options) {
    public OnlineQueryRequest {
        values = List.copyOf(values);
    }

    /**
     * How a query is answered.
     *
     * @param now the instant to answer for, in microseconds; null for the node's clock
     * @param meta whether each value tells where it comes from
     * @param explain whether the plan is told
     * @param deadlineMillis how long the caller waits; null for ever
     * @param durableLog whether computed values are logged before the answer
     * @param environment the caller's word for where it runs, or null
     * @param label what the caller calls the query, for logs: name, version and correlation id
     */
    public record Options(
            @Nullable Long now,
            boolean meta,
            boolean explain,
            @Nullable Long deadlineMillis,
            boolean durableLog,
            @Nullable String environment,
            String label) {}
}
