package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.plan.CallPlan.Argument;
import io.featuregrid.planner.plan.CallPlan.Ref;
import io.featuregrid.planner.time.Durations;

/** A query's plan for programs: {@code {catalog_version, inputs, stages, calls, outputs}}. */
public final class QueryPlanJson {
    private final QueryPlan plan;

    private QueryPlanJson(QueryPlan plan) {
        this.plan = plan;
    }

    /** The plan as JSON. */
    public static ObjectNode of(QueryPlan plan) {
        return new QueryPlanJson(plan).write();
    }

    private ObjectNode write() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("catalog_version", plan.catalogVersion());
        ArrayNode inputs = node.putArray("inputs");
        plan.inputs()
                .forEach(input -> inputs.addObject().put("name", input.name()).put("key", input.key()));
        ArrayNode stages = node.putArray("stages");
        for (QueryPlan.Stage stage : plan.stages()) {
            ArrayNode reads = stages.addObject().putArray("reads");
            stage.reads().forEach(read -> write(read, reads.addObject()));
        }
        ArrayNode calls = node.putArray("calls");
        plan.calls().calls().forEach(call -> write(call, calls.addObject()));
        ArrayNode outputs = node.putArray("outputs");
        for (QueryPlan.Output output : plan.outputs()) {
            outputs.addObject().put("name", output.name()).set("from", from(output.value()));
        }
        return node;
    }

    private void write(QueryPlan.Read read, ObjectNode node) {
        node.put("set", read.set().name());
        ArrayNode paths = node.putArray("entities");
        read.lookups().forEach(lookup -> paths.add(plan.lookups().get(lookup).path()));
        ArrayNode features = node.putArray("features");
        for (int index = 0; index < read.features().size(); index++) {
            long age = read.maxAgesMicros().at(index);
            features.addObject()
                    .put("name", read.features().get(index).name())
                    .put("max_age", age == Durations.INFINITY ? "infinity" : Durations.format(age));
        }
    }

    private void write(CallPlan.Call call, ObjectNode node) {
        node.put("resolver", call.resolver().name())
                .put("version", call.resolver().version())
                .put("entity", call.path())
                .put("level", call.level());
        switch (call.resolver().body()) {
            case ResolverBody.Formula formula -> node.put("engine", "interpreter");
            case ResolverBody.PythonFunction function ->
                node.put("engine", "python worker").put("reason", function.reason());
            case ResolverBody.JavaMethod method -> node.put("engine", "java");
        }
        node.put("depends_on_given", call.given());
        ArrayNode arguments = node.putArray("arguments");
        for (Argument argument : call.arguments()) {
            switch (argument) {
                case Argument.Now now -> arguments.addObject().put("kind", "now");
                case Argument.Of of -> arguments.add(from(of.value()));
            }
        }
        ArrayNode outputs = node.putArray("outputs");
        for (Feature output : call.outputs()) {
            outputs.add(output.name());
        }
    }

    private ObjectNode from(Ref ref) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        switch (ref) {
            case Ref.Base base -> value(plan.reading().columns().get(base.column()), node);
            case Ref.Missing missing -> node.put("kind", "missing");
            case Ref.Result result -> {
                node.put("kind", "computed").put("call", result.call()).put("output", result.output());
                if (result.stored() != Ref.Result.NEVER) {
                    node.put("stored_first", true);
                }
            }
        }
        return node;
    }

    private void value(QueryPlan.Value value, ObjectNode node) {
        switch (value) {
            case QueryPlan.Value.Given given ->
                node.put("kind", "given")
                        .put("name", plan.inputs().get(given.input()).name());
            case QueryPlan.Value.Key key ->
                node.put("kind", "key")
                        .put(
                                "name",
                                plan.lookups().get(key.lookup()).path() + "."
                                        + key.feature().name());
            case QueryPlan.Value.Stored stored ->
                node.put("kind", "stored")
                        .put(
                                "name",
                                plan.lookups().get(stored.lookup()).path() + "."
                                        + stored.feature().name());
        }
    }
}
