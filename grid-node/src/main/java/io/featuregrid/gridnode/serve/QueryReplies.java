package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.gridnode.serve.EncodedPlan.EncodedOutput;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.execute.CellFailure;
import io.featuregrid.planner.execute.QueryAnalysis;
import io.featuregrid.planner.execute.QueryResult;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryPlan.Lookup;
import io.featuregrid.planner.plan.QueryPlanJson;
import io.featuregrid.planner.plan.QueryPlanText;
import io.featuregrid.planner.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Answers of online queries as JSON. */
final class QueryReplies {
    private static final byte[] DATA_LIST = JsonBytes.ascii("{\"data\":[");
    private static final byte[] DATA_OBJECT = JsonBytes.ascii("{\"data\":{");
    private static final byte[] ENTITY = JsonBytes.ascii(",\"pkey\":");
    private static final byte[] ERROR = JsonBytes.ascii(",\"error\":");
    private static final byte[] VALID = JsonBytes.ascii(",\"valid\":");
    private static final byte[] TIME = JsonBytes.ascii(",\"ts\":");
    private static final byte[] NULL = JsonBytes.ascii("null");
    private static final int BYTES_AN_ITEM = 160;
    private static final int BYTES_OF_META = 512;

    private QueryReplies() {}

    /** {@code {data: [{field, value, pkey, error, valid, ts, meta?}], errors, meta}} of a result of one row. */
    static byte[] row(EncodedPlan plan, QueryResult result, QueryMeta meta, boolean withMeta) {
        int outputs = plan.outputs().size();
        JsonBytes json = new JsonBytes(BYTES_OF_META + BYTES_AN_ITEM * outputs);
        byte[][] entities = new byte[plan.plan().lookups().size()][];
        long lastTime = 0;
        byte @Nullable [] lastText = null;
        json.raw(DATA_LIST);
        for (int index = 0; index < outputs; index++) {
            EncodedOutput output = plan.outputs().get(index);
            Column column = result.column(index);
            boolean valid = column.isPresent(0);
            json.raw(output.field());
            CellFailure failure = result.failure(index, 0);
            if (failure == null) {
                value(json, output, column, 0);
            } else {
                json.nothing();
            }
            int lookup = plan.plan().outputs().get(index).lookup();
            if (entities[lookup] == null) {
                entities[lookup] = entity(plan.plan().lookups().get(lookup), result.entity(index));
            }
            json.raw(ENTITY).raw(entities[lookup]).raw(ERROR);
            if (failure == null) {
                json.raw(NULL);
            } else {
                json.raw(QueryErrors.write(result, index, 0).toString().getBytes(StandardCharsets.UTF_8));
            }
            json.raw(VALID).flag(valid).raw(TIME);
            Stamp stamp = result.stamp(index, 0);
            Resolver resolver = stamp == null ? result.resolver(index, 0) : null;
            if (stamp == null && (resolver == null || !valid)) {
                json.raw(NULL);
            } else {
                // The values of a row share few stamps, and a time takes longer to write than all the rest.
                long time = stamp == null ? result.now() : stamp.observedAt();
                if (lastText == null || time != lastTime) {
                    lastTime = time;
                    lastText = JsonBytes.quoted(Timestamps.format(lastTime));
                }
                json.raw(lastText);
            }
            if (withMeta) {
                boolean computable = plan.plan().outputs().get(index).value() instanceof Ref.Result;
                json.raw(
                        computable
                                ? EncodedPlan.meta(
                                        resolver,
                                        stamp != null,
                                        plan.plan()
                                                .outputs()
                                                .get(index)
                                                .value()
                                                .feature()
                                                .type())
                                : output.meta());
            }
            json.raw('}');
            if (index + 1 < outputs) {
                json.raw(',');
            }
        }
        meta.write(json.raw(']'), QueryErrors.write(result, false));
        return json.toArray();
    }

    /** {@code {data: {set.feature: [value]}, errors, meta}}. */
    static byte[] columns(EncodedPlan plan, QueryResult result, QueryMeta meta) {
        int outputs = plan.outputs().size();
        JsonBytes json = new JsonBytes(BYTES_OF_META + 8 * result.rows() + BYTES_AN_ITEM * outputs);
        json.raw(DATA_OBJECT);
        for (int index = 0; index < outputs; index++) {
            EncodedOutput output = plan.outputs().get(index);
            Column column = result.column(index);
            boolean failed = result.failed(index);
            json.raw(output.name()).raw(':').raw('[');
            for (int row = 0; row < column.rows(); row++) {
                if (row > 0) {
                    json.raw(',');
                }
                if (failed && result.failure(index, row) != null) {
                    json.nothing();
                } else {
                    value(json, output, column, row);
                }
            }
            json.raw(']');
            if (index + 1 < outputs) {
                json.raw(',');
            }
        }
        meta.write(json.raw('}'), QueryErrors.write(result, true));
        return json.toArray();
    }

    private static void value(JsonBytes json, EncodedOutput output, Column column, int row) {
        if (!column.isPresent(row)) {
            json.raw(output.missing());
        } else if (!column.hasValue(row)) {
            json.nothing();
        } else {
            output.writer().write(json, column, row);
        }
    }

    /** The key of an entity: a value, an array for several columns, null for none or for that of a global set. */
    private static byte[] entity(Lookup lookup, List<Column> keys) {
        if (keys.isEmpty()) {
            return NULL;
        }
        JsonBytes json = new JsonBytes(64);
        boolean several = keys.size() > 1;
        if (several) {
            json.raw('[');
        }
        for (int index = 0; index < keys.size(); index++) {
            if (index > 0) {
                json.raw(',');
            }
            if (keys.get(index).hasValue(0)) {
                ValueWriter.of(lookup.set().keyFeatures().get(index).type()).write(json, keys.get(index), 0);
            } else {
                json.nothing();
            }
        }
        return (several ? json.raw(']') : json).toArray();
    }

    /** What an answer says of itself: {@code ,"errors":[...],"meta":{...}} and the end of the answer. */
    record QueryMeta(
            Execution execution,
            String hash,
            boolean missedPlanCache,
            @Nullable Explanation explanation) {
        /** A plan and how it went, as text and as JSON. */
        record Explanation(String text, String json) {
            static Explanation of(QueryPlan plan, QueryAnalysis analysis) {
                ObjectNode json = QueryPlanJson.of(plan);
                json.set("analysis", analysis.json());
                return new Explanation(QueryPlanText.of(plan) + analysis.text(), json.toString());
            }
        }

        /**
         * One run of a query.
         *
         * @param deployment the definitions that answered
         * @param now the instant answered for, in microseconds
         */
        record Execution(
                String queryId, String traceId, String deployment, String environment, long now, double seconds) {}

        /** @param errors a JSON value */
        void write(JsonBytes json, byte[] errors) {
            json.raw(JsonBytes.ascii(",\"errors\":"))
                    .raw(errors)
                    .raw(JsonBytes.ascii(",\"meta\":{\"execution_duration_s\":"))
                    .number(execution.seconds())
                    .raw(JsonBytes.ascii(",\"deployment_id\":"))
                    .string(execution.deployment())
                    .raw(JsonBytes.ascii(",\"environment_id\":"))
                    .string(execution.environment())
                    .raw(JsonBytes.ascii(",\"query_id\":"))
                    .string(execution.queryId())
                    .raw(JsonBytes.ascii(",\"query_timestamp\":"))
                    .string(Timestamps.format(execution.now()))
                    .raw(JsonBytes.ascii(",\"query_hash\":"))
                    .string(hash)
                    .raw(JsonBytes.ascii(",\"trace_id\":"))
                    .string(execution.traceId());
            if (explanation != null) {
                json.raw(JsonBytes.ascii(",\"explain_output\":"))
                        .string(explanation.text())
                        .raw(JsonBytes.ascii(",\"explain_plan\":"))
                        .raw(explanation.json().getBytes(StandardCharsets.UTF_8));
            }
            json.raw(JsonBytes.ascii(",\"missed_plan_cache\":"))
                    .flag(missedPlanCache)
                    .raw('}')
                    .raw('}');
        }
    }
}
