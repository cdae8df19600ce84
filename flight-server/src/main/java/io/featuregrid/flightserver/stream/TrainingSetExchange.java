package io.featuregrid.flightserver.stream;

import io.featuregrid.flightserver.request.JsonText;
import io.featuregrid.flightserver.request.OngoingCall;
import io.featuregrid.flightserver.stream.IncomingStream.OwnedDictionaries;
import io.featuregrid.offline.join.TrainingSetJoin;
import io.featuregrid.planner.batch.arrow.ArrowTypes;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.TrainingSetCalls;
import io.featuregrid.planner.plan.TrainingSetPlan;
import io.featuregrid.planner.plan.TrainingSetPlan.Output;
import io.featuregrid.planner.plan.TrainingSetPlanner;
import io.featuregrid.planner.plan.TrainingSetRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.Schema;

/**
 * A training set in one call: the spine comes up, its rows go down again with their features. The whole spine is received before the first
 * row is sent, so a client may write everything before it reads. Safe for use by several threads.
 */
public final class TrainingSetExchange {
    private final CatalogStore catalogs;
    private final FreshHistory history;
    private final Path spoolFolder;
    private final StreamLimits limits;
    private final TrainingSetCalls calls;
    private final BufferAllocator allocator;

    /** @param spoolFolder where spines that are too large for memory are kept; made if it is missing, its old spines are deleted */
    public TrainingSetExchange(
            CatalogStore catalogs,
            FreshHistory history,
            Path spoolFolder,
            StreamLimits limits,
            TrainingSetCalls calls,
            BufferAllocator allocator) {
        SpineSpool.prepare(spoolFolder);
        this.catalogs = catalogs;
        this.history = history;
        this.spoolFolder = spoolFolder;
        this.limits = limits;
        this.calls = calls;
        this.allocator = allocator;
    }

    /**
     * Answers one call up to its last message; ending the call is left to the caller.
     *
     * @param spine released by this as soon as the whole spine is received, and not on failure
     * @throws FeatureGridException what the request is refused with
     */
    @SuppressWarnings("try") // the registration is only to be closed
    public void run(TrainingSetRequest request, IncomingStream spine, ServerStreamListener listener, OngoingCall call) {
        Catalog catalog = catalogs.current();
        try (SpineSpool spool = new SpineSpool(spoolFolder, limits, allocator)) {
            TrainingSetPlan plan = receive(catalog, request, spine, spool);
            Schema schema = spine.rows().getSchema();
            FreshHistory.Begun begun = history.join(plan, request.options().fresh());
            try (OwnedDictionaries dictionaries = spine.takeDictionaries();
                    TrainingSetJoin join = begun.join();
                    OngoingCall.Registration registration = call.onCancel(join::cancel);
                    AnswerWriter answer = new AnswerWriter(listener, call, limits.stall(), allocator)) {
                spine.release();
                SpineWindows.Needs needs = new SpineWindows.Needs(join.spineColumns(), plan.time(), join.windowRows());
                try (SpineWindows windows =
                        new SpineWindows(spool, schema, dictionaries.provider(), needs, allocator)) {
                    answer.start(answerSchema(schema, plan.shown()), dictionaries.provider());
                    TrainingSetReport report = new TrainingSetReport(plan.shown(), begun.undrained());
                    Answering.Computing computing =
                            new Answering.Computing(calls, request.options().raise());
                    new Answering(plan, join, windows, answer, report, computing, allocator).run(call);
                    answer.writeMetadata(
                            JsonText.write(report.write(call.traceId(), join.snapshot(), plan.catalogVersion())));
                }
            }
        }
    }

    /** Plans as soon as the schema is there, so that a mistake is answered before the spine has been sent in vain. */
    private TrainingSetPlan receive(
            Catalog catalog, TrainingSetRequest request, IncomingStream spine, SpineSpool spool) {
        boolean more = spine.next();
        if (!more && !spine.hasSchema()) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY, "the spine ended before its schema (expected a schema, then batches)");
        }
        TrainingSetPlan plan = null;
        try (Dictionaries dictionaries = new Dictionaries(allocator)) {
            for (; more; more = spine.next()) {
                if (plan == null && spine.hasSchema()) {
                    plan = plan(catalog, request, spine);
                }
                if (spine.hasSchema() && spine.rows().getRowCount() > 0) {
                    dictionaries.check(spine.dictionaries());
                    spool.add(spine.rows());
                }
            }
        }
        return plan == null ? plan(catalog, request, spine) : plan;
    }

    private static TrainingSetPlan plan(Catalog catalog, TrainingSetRequest request, IncomingStream spine) {
        List<String> names = spine.rows().getSchema().getFields().stream()
                .map(Field::getName)
                .toList();
        return TrainingSetPlanner.plan(catalog, request, names);
    }

    private static Schema answerSchema(Schema spine, List<Output> outputs) {
        List<Field> fields = new ArrayList<>(spine.getFields());
        for (Output output : outputs) {
            fields.add(ArrowTypes.field(output.name(), output.value().feature().type()));
        }
        return new Schema(fields, spine.getCustomMetadata());
    }
}
