package io.featuregrid.gridnode.serve;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.featuregrid.gridnode.serve.QueryReplies.QueryMeta;
import io.featuregrid.gridnode.serve.QueryReplies.QueryMeta.Explanation;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.CallRunner;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.ComputedObservations;
import io.featuregrid.planner.execute.ComputedWriting;
import io.featuregrid.planner.execute.Deadline;
import io.featuregrid.planner.execute.FunctionRunners;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.execute.PlanCache;
import io.featuregrid.planner.execute.PlanRunner;
import io.featuregrid.planner.execute.QueryAnalysis;
import io.featuregrid.planner.execute.QueryResult;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.plan.OnlineQueryReader;
import io.featuregrid.planner.plan.OnlineQueryRequest;
import io.featuregrid.planner.plan.QueryInputs;
import io.featuregrid.planner.plan.QueryPlan;
import io.featuregrid.planner.plan.QueryPlanJson;
import io.featuregrid.planner.plan.QueryPlanText;
import io.featuregrid.planner.plan.Timing;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /v1/query/online}: what is it now, for one entity, and {@code POST /v1/query/bulk}: for many, in columns. Safe for use by
 * several threads.
 */
public final class QueryEndpoints {
    private static final Logger LOG = LoggerFactory.getLogger(QueryEndpoints.class);
    private static final String JSON = "application/json";
    private static final String ENVIRONMENT = "default";

    /** A query with a larger body takes long enough for the other connections of an event loop to notice. */
    private static final int MOST_BYTES_ON_LOOP = 16 << 10;

    private static final double NANOS_A_SECOND = 1e9;

    private final CatalogStore catalogs;
    private final PlanRunner runner;
    private final ComputedWriting writing;
    private final Clock clock;
    private final QuerySettings settings;
    private final QueryMetrics metrics;
    private final PlanCache<EncodedPlan> plans;
    private final String queryPrefix;
    private final AtomicLong queries = new AtomicLong();

    /**
     * What queries are joined to.
     *
     * @param writing takes what was computed; stays the caller's
     * @param metrics gets what is counted
     */
    public record Ports(
            CatalogStore catalogs,
            OnlineStore store,
            FunctionRunners functions,
            ComputedWriting writing,
            Clock clock,
            MetricRegistry metrics) {}

    public QueryEndpoints(Ports ports, QuerySettings settings) {
        this.catalogs = ports.catalogs();
        this.runner = new PlanRunner(ports.store(), new CallRunner(ports.functions()));
        this.writing = ports.writing();
        this.clock = ports.clock();
        this.settings = settings;
        this.metrics = new QueryMetrics(ports.metrics());
        this.plans = new PlanCache<>(settings.planCacheNames(), EncodedPlan::of);
        // Ids of an earlier run of the node must not come again.
        this.queryPrefix = Long.toHexString(clock.nowMicros()) + "-";
    }

    public void mountOn(HttpPort http) {
        Allowed readers = Allowed.to(Role.READ);
        ApiFragment api = ApiFragment.of(QueryEndpoints.class, "query");
        http.mount("/v1/query/online", readers, api, new Online());
        http.mount("/v1/query/explain", readers, api, HttpHandler.of("POST", this::explain));
        http.mount("/v1/query/bulk", readers, api, HttpHandler.of("POST", call -> answer(call, true)));
    }

    private final class Online implements HttpHandler {
        @Override
        public HttpReply handle(HttpCall call) {
            return call.method().equals("POST") ? answer(call, false) : Refusals.wrongMethod(call, "POST");
        }

        @Override
        public @Nullable HttpReply quickly(HttpCall call) {
            boolean quick = call.method().equals("POST")
                    && call.bodyBytes() <= MOST_BYTES_ON_LOOP
                    && settings.storeNeverWaits().getAsBoolean();
            return quick ? counted(() -> quickAnswer(call)) : null;
        }
    }

    /** The plan of a query, which is not run. */
    private HttpReply explain(HttpCall call) {
        OnlineQueryRequest request = call.json(parser -> OnlineQueryReader.read(parser, settings.maxNames()));
        QueryPlan plan = plan(catalogs.current(), request, false).value().plan();
        return HttpReply.json(JsonNodeFactory.instance
                .objectNode()
                .put("explain_output", QueryPlanText.of(plan))
                .put("trace_id", call.traceId())
                .set("explain_plan", QueryPlanJson.of(plan)));
    }

    private HttpReply answer(HttpCall call, boolean many) {
        return Objects.requireNonNull(counted(() -> {
            long start = System.nanoTime();
            Catalog catalog = catalogs.current();
            Asked asked =
                    many && call.holds(QueryStreams.ARROW) ? readStream(call, catalog) : readJson(call, catalog, many);
            return run(call, catalog, asked, many, start);
        }));
    }

    /**
     * The answer to a query of one row whose plan is known and waits for nothing; null for any other: planning, waiting and writing must not
     * keep an event loop from its other connections.
     */
    private @Nullable HttpReply quickAnswer(HttpCall call) {
        long start = System.nanoTime();
        Catalog catalog = catalogs.current();
        OnlineQueryRequest request = call.json(parser -> OnlineQueryReader.read(parser, settings.maxNames()));
        EncodedPlan plan = plans.known(catalog, request.shape()).orElse(null);
        if (plan == null || plan.plan().waits() || request.options().durableLog()) {
            return null;
        }
        metrics.planned(false);
        FeatureBatch inputs = QueryInputs.row(plan.plan(), request.values());
        return run(call, catalog, new Asked(request, new PlanCache.Found<>(plan, false), inputs), false, start);
    }

    private @Nullable HttpReply counted(Supplier<@Nullable HttpReply> work) {
        try {
            return work.get();
        } catch (RuntimeException refused) {
            metrics.refused();
            throw refused;
        }
    }

    private HttpReply run(HttpCall call, Catalog catalog, Asked asked, boolean many, long start) {
        OnlineQueryRequest.Options options = asked.request().options();
        Deadline deadline = Deadline.after(System::nanoTime, call.receivedNanos(), options.deadlineMillis());
        PlanCache.Found<EncodedPlan> found = asked.found();
        EncodedPlan plan = found.value();
        FeatureBatch inputs = asked.inputs();
        requireRoom(inputs.rows(), plan.outputs().size());
        long now = options.now() == null ? clock.nowMicros() : options.now();
        List<Timing> timings = options.explain() ? new ArrayList<>() : null;
        QueryResult result = runner.run(
                plan.plan(),
                inputs,
                new PlanRunner.Occasion(now, !many || options.meta(), call.traceId(), deadline, timings));
        if (options.now() == null) {
            ComputedObservations.of(result).ifPresent(computed -> writing.write(computed, options.durableLog()));
        }
        long nanos = System.nanoTime() - start;
        QueryMeta meta = new QueryMeta(
                new QueryMeta.Execution(
                        queryPrefix + queries.incrementAndGet(),
                        call.traceId(),
                        Integer.toString(catalog.version()),
                        Objects.requireNonNullElse(options.environment(), ENVIRONMENT),
                        now,
                        nanos / NANOS_A_SECOND),
                plan.hash(),
                found.missed(),
                timings == null ? null : Explanation.of(plan.plan(), new QueryAnalysis(result, timings)));
        boolean stream = many && call.wants(QueryStreams.ARROW, JSON);
        byte[] body = stream
                ? QueryStreams.write(result, meta)
                : many
                        ? QueryReplies.columns(plan, result, meta)
                        : QueryReplies.row(plan, result, meta, options.meta());
        metrics.answered(many, System.nanoTime() - start, result);
        if (!options.label().isEmpty()) {
            LOG.debug("query {}: {}", meta.execution().queryId(), options.label());
        }
        return HttpReply.bytes(stream ? QueryStreams.ARROW : JSON, body);
    }

    private record Asked(OnlineQueryRequest request, PlanCache.Found<EncodedPlan> found, FeatureBatch inputs) {}

    private Asked readJson(HttpCall call, Catalog catalog, boolean many) {
        OnlineQueryRequest request = call.json(parser -> OnlineQueryReader.read(parser, settings.maxNames()));
        PlanCache.Found<EncodedPlan> found = plan(catalog, request, many);
        QueryPlan plan = found.value().plan();
        FeatureBatch inputs =
                many ? QueryInputs.columns(plan, request.values()) : QueryInputs.row(plan, request.values());
        return new Asked(request, found, inputs);
    }

    private Asked readStream(HttpCall call, Catalog catalog) {
        AtomicReference<PlanCache.@Nullable Found<EncodedPlan>> planned = new AtomicReference<>();
        QueryStreams.Asked asked = QueryStreams.read(call, settings, request -> {
            PlanCache.Found<EncodedPlan> found = plan(catalog, request, true);
            planned.set(found);
            return found.value().plan();
        });
        return new Asked(asked.request(), Objects.requireNonNull(planned.get()), asked.inputs());
    }

    private PlanCache.Found<EncodedPlan> plan(Catalog catalog, OnlineQueryRequest request, boolean many) {
        try {
            PlanCache.Found<EncodedPlan> found = plans.get(catalog, request.shape());
            metrics.planned(found.missed());
            return found;
        } catch (FeatureGridException refused) {
            metrics.planned(true);
            throw many ? refused : QueryInputs.withValues(refused, catalog, request);
        }
    }

    private void requireRoom(int rows, int outputs) {
        long values = (long) rows * outputs;
        if (values > settings.maxValues()) {
            throw new FeatureGridException(
                    ErrorCode.TOO_LARGE,
                    "the query asks for " + values + " values, " + outputs + " of each of " + rows
                            + " rows (expected at most " + settings.maxValues() + " in one query)");
        }
    }
}
