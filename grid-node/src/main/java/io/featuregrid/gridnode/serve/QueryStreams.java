package io.featuregrid.gridnode.serve;

import io.featuregrid.gridnode.serve.QueryReplies.QueryMeta;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.arrow.ColumnStreamReader;
import io.featuregrid.planner.batch.arrow.ColumnStreamWriter;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.QueryResult;
import io.featuregrid.planner.plan.OnlineQueryReader;
import io.featuregrid.planner.plan.OnlineQueryRequest;
import io.featuregrid.planner.plan.QueryInputs;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryShape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * Bulk queries as Arrow IPC streams: the inputs are the columns, and the rest of the request is the JSON in the schema's metadata under
 * {@code query}; the outputs are the columns of the answer, and the rest of that is the JSON under {@code reply}.
 */
final class QueryStreams {
    static final String ARROW = "application/vnd.apache.arrow.stream";

    private static final String QUERY = "query";
    private static final String REPLY = "reply";

    private QueryStreams() {}

    /** A request that was read, planned and filled. */
    record Asked(OnlineQueryRequest request, FeatureBatch inputs) {}

    /**
     * Reads a request.
     *
     * @param planning makes the plan when the names are known, so that the columns can be read as what it says they are
     */
    static Asked read(HttpCall call, QuerySettings settings, Function<OnlineQueryRequest, QueryPlan> planning) {
        try (BufferAllocator allocator = new RootAllocator();
                ColumnStreamReader stream = new ColumnStreamReader(call.body(), allocator)) {
            String text = stream.metadata().get(QUERY);
            if (text == null) {
                throw new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "the stream's schema has no metadata \"query\" (expected the JSON of a bulk query without its"
                                + " inputs, which are the columns)");
            }
            OnlineQueryRequest rest = HttpCall.json(
                    text.getBytes(StandardCharsets.UTF_8),
                    "the stream's metadata \"query\"",
                    parser -> OnlineQueryReader.read(parser, settings.maxNames()));
            OnlineQueryRequest request = whole(rest, stream.names(), settings.maxNames());
            QueryPlan plan = planning.apply(request);
            long mostRows = settings.maxValues() / Math.max(1, stream.names().size());
            FeatureBatch columns = stream.read(
                    plan.inputs().stream().map(input -> input.feature().type()).toList(), mostRows);
            return new Asked(request, QueryInputs.checked(plan, columns));
        }
    }

    private static OnlineQueryRequest whole(OnlineQueryRequest rest, List<String> names, int mostNames) {
        if (!rest.shape().inputs().isEmpty()) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "the query names inputs " + rest.shape().inputs()
                            + " beside the stream's columns (expected them as columns)");
        }
        if (names.size() > mostNames) {
            throw new FeatureGridException(
                    ErrorCode.TOO_LARGE,
                    "the stream has " + names.size() + " columns (expected at most " + mostNames + ")");
        }
        QueryShape shape = new QueryShape(
                names,
                rest.shape().outputs(),
                rest.shape().staleness(),
                rest.shape().choice());
        return new OnlineQueryRequest(shape, List.of(), rest.options());
    }

    static byte[] write(QueryResult result, QueryMeta meta) {
        List<String> names = new ArrayList<>();
        List<FeatureType> types = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        for (int output = 0; output < result.plan().outputs().size(); output++) {
            names.add(result.plan().outputs().get(output).name());
            types.add(result.plan().outputs().get(output).value().feature().type());
            columns.add(result.shown(output));
        }
        JsonBytes rest = new JsonBytes(512);
        meta.write(rest, QueryErrors.write(result, true));
        // What follows the data in an answer in JSON, but for the comma before it.
        String reply = "{" + new String(rest.toArray(), StandardCharsets.UTF_8).substring(1);
        try (BufferAllocator allocator = new RootAllocator()) {
            return ColumnStreamWriter.write(
                    FeatureBatch.onHeap(names, columns, result.rows()), types, Map.of(REPLY, reply), allocator);
        }
    }
}
