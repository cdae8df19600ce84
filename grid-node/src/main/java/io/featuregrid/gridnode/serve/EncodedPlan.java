package io.featuregrid.gridnode.serve;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.TypedValues;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryPlan.Output;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A plan with all of its answers' text that does not depend on the values. Immutable.
 *
 * @param hash 16 hexadecimal digits: the same for queries of the same shape, on every node
 */
record EncodedPlan(QueryPlan plan, List<EncodedOutput> outputs, String hash) {
    /**
     * One output's text.
     *
     * @param name in quotes
     * @param field what stands before the value in the answer of one row
     * @param missing what MISSING shows as
     * @param meta what stands behind the time when it is asked where values come from
     */
    // The bytes are written out and never changed.
    @SuppressWarnings("ArrayRecordComponent")
    record EncodedOutput(byte[] name, byte[] field, ValueWriter writer, byte[] missing, byte[] meta) {}

    static EncodedPlan of(QueryPlan plan) {
        List<EncodedOutput> outputs = new ArrayList<>(plan.outputs().size());
        for (Output output : plan.outputs()) {
            outputs.add(encode(plan, output));
        }
        return new EncodedPlan(plan, List.copyOf(outputs), hash(plan));
    }

    /** {@code ,"meta":{...}} of a value. */
    static byte[] meta(@Nullable Resolver resolver, boolean hit, FeatureType type) {
        JsonBytes json = new JsonBytes(120).raw(JsonBytes.ascii(",\"meta\":{\"chosen_resolver_fqn\":"));
        if (resolver == null) {
            json.nothing();
        } else {
            json.string(resolver.name());
        }
        return json.raw(JsonBytes.ascii(",\"cache_hit\":" + hit + ",\"primitive_type\":"))
                .string(type.text())
                .raw(JsonBytes.ascii(",\"version\":" + (resolver == null ? null : resolver.version()) + "}"))
                .toArray();
    }

    private static EncodedOutput encode(QueryPlan plan, Output output) {
        Feature feature = output.value().feature();
        byte[] name = JsonBytes.quoted(output.name());
        byte[] field = new JsonBytes(name.length + 30)
                .raw(JsonBytes.ascii("{\"field\":"))
                .raw(name)
                .raw(JsonBytes.ascii(",\"value\":"))
                .toArray();
        Object value = plan.defaults() ? feature.values().defaultValue() : null;
        String missing = value == null
                ? "null"
                : TypedValues.write(feature.type(), value).toString();
        byte[] meta = meta(null, plan.stored(output), feature.type());
        return new EncodedOutput(name, field, ValueWriter.of(feature.type()), JsonBytes.ascii(missing), meta);
    }

    private static String hash(QueryPlan plan) {
        // FNV-1a over the names: a short name for the shape, nothing that anyone's safety hangs on.
        long hash = 0xcbf29ce484222325L;
        for (QueryPlan.Input input : plan.inputs()) {
            hash = mix(hash, input.name());
        }
        hash = mix(hash, "");
        for (Output output : plan.outputs()) {
            hash = mix(hash, output.name());
        }
        return "%016x".formatted(hash);
    }

    private static long mix(long before, String text) {
        long hash = before;
        for (int index = 0; index < text.length(); index++) {
            hash = (hash ^ text.charAt(index)) * 0x100000001b3L;
        }
        return (hash ^ '\n') * 0x100000001b3L;
    }
}
