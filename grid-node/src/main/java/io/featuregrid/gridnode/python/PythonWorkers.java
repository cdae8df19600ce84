package io.featuregrid.gridnode.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.gridnode.cluster.LocalArtifacts;
import io.featuregrid.gridnode.ingest.BrokenRule;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.arrow.ColumnStreamReader;
import io.featuregrid.planner.batch.arrow.ColumnStreamWriter;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.Resolver;
import io.featuregrid.planner.definition.ResolverBody;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Artifacts;
import io.featuregrid.planner.execute.Deadline;
import io.featuregrid.planner.execute.FunctionCall;
import io.featuregrid.planner.execute.FunctionFailure;
import io.featuregrid.planner.execute.FunctionResult;
import io.featuregrid.planner.execute.FunctionRunner;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs Python functions in processes of their own, a batch a call. A call that takes too long is ended with its process, and so is one whose
 * process dies: only its own rows fail. Safe for use by several threads.
 */
public final class PythonWorkers implements FunctionRunner, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PythonWorkers.class);
    private static final long SWEEP_SECONDS = 10;
    private static final long PROBE_NANOS = 60_000_000_000L;
    private static final long MOST_ROWS = 1L << 24;

    /** What {@link BrokenRule#PROPERTY} says to have processes abandoned that took too long. */
    private static final String ABANDON = "keep";

    private final WorkerPool pool;
    private final PythonEnvironments environments;
    private final LocalArtifacts folders;
    private final WorkerSettings settings;

    /** A rule broken on purpose: what took too long is left alone, and not ended. */
    private final boolean abandons = ABANDON.equals(System.getProperty(BrokenRule.PROPERTY));

    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("python-watch").factory());

    private final Future<?> sweep;

    /** Processes are started when they are needed. */
    public PythonWorkers(WorkerSettings settings, Artifacts artifacts) {
        this.settings = settings;
        this.pool = new WorkerPool(settings);
        this.environments =
                new PythonEnvironments(settings.python(), settings.home().resolve("environments"));
        this.folders = new LocalArtifacts(artifacts, settings.home().resolve("artifacts"));
        this.sweep = watch.scheduleWithFixedDelay(pool::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
    }

    @Override
    public FunctionResult run(FunctionCall call, Deadline deadline) {
        ResolverBody.PythonFunction function = function(call.resolver());
        ObjectNode header = header(function, false);
        ArrayNode outputs = header.putArray("outputs");
        for (Feature output : call.outputs()) {
            outputs.addObject()
                    .put("name", output.name())
                    .put("type", output.type().text());
        }
        byte[] content;
        try (BufferAllocator allocator = new RootAllocator()) {
            content = ColumnStreamWriter.write(call.inputs(), call.inputTypes(), Map.of(), allocator);
        }
        Outcome outcome = exchange(call.resolver().name(), function, header, content, deadline);
        if (outcome.answer().isEmpty()) {
            return FunctionResult.failed(call, outcome.code(), outcome.message());
        }
        WorkerProcess.Answer answer = outcome.answer().get();
        note(answer.header().path("output").asText(""), call);
        return result(call, answer);
    }

    /**
     * Whether a function can be run: its requirements are installed, its module imported, the function found.
     *
     * @return why it cannot; empty if it can
     */
    public Optional<String> problem(Resolver resolver) {
        ResolverBody.PythonFunction function = function(resolver);
        ObjectNode header = header(function, true);
        header.putArray("outputs");
        Deadline deadline = Deadline.NONE.within(System::nanoTime, PROBE_NANOS);
        Outcome outcome = exchange(resolver.name(), function, header, new byte[0], deadline);
        if (outcome.answer().isEmpty()) {
            return Optional.of(outcome.message());
        }
        JsonNode failure = outcome.answer().get().header().path("failures").path(0);
        return failure.isMissingNode()
                ? Optional.empty()
                : Optional.of(failure.path("message").asText() + ": "
                        + failure.path("exception").asText());
    }

    @Override
    public void close() {
        sweep.cancel(false);
        watch.shutdownNow();
        pool.close();
    }

    /** An answer, or why there is none. */
    private record Outcome(Optional<WorkerProcess.Answer> answer, ErrorCode code, String message) {
        static Outcome failed(ErrorCode code, String message) {
            return new Outcome(Optional.empty(), code, message);
        }
    }

    private Outcome exchange(
            String name, ResolverBody.PythonFunction function, ObjectNode header, byte[] content, Deadline deadline) {
        WorkerPool.Use use;
        WorkerProcess process;
        try {
            use = new WorkerPool.Use(environments.python(function.requirements()), function.artifact());
            header.put("path", folders.unpacked(function.artifact()).toString());
            process = pool.take(use, Math.max(0, deadline.remainingNanos()));
        } catch (IOException | UncheckedIOException | IllegalStateException failure) {
            LOG.warn("'{}' cannot be run", name, failure);
            return Outcome.failed(ErrorCode.RESOLVER_FAILED, "'" + name + "' cannot be run: " + failure.getMessage());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return Outcome.failed(ErrorCode.RESOLVER_FAILED, "'" + name + "' was not run: the node stops");
        }
        if (process == null) {
            return Outcome.failed(
                    ErrorCode.RESOLVER_TIMED_OUT,
                    "'" + name + "' was not run in time: all " + settings.maxWorkers()
                            + " Python workers are busy (python.workers)");
        }
        AtomicBoolean late = new AtomicBoolean();
        Future<?> limit = limit(process, late, deadline);
        boolean well = false;
        try {
            WorkerProcess.Answer answer = process.call(header, content);
            // What a call left running ends with the process that it ran in.
            well = (limit == null || limit.cancel(false))
                    && answer.header().path("children").asInt() == 0;
            return new Outcome(Optional.of(answer), ErrorCode.RESOLVER_FAILED, "");
        } catch (IOException ended) {
            if (late.get()) {
                return Outcome.failed(
                        ErrorCode.RESOLVER_TIMED_OUT, "'" + name + "' was not done in time and was ended");
            }
            LOG.info("the process of '{}' ended: {}", name, ended.getMessage());
            return Outcome.failed(
                    ErrorCode.RESOLVER_FAILED, "the process that ran '" + name + "' died: " + process.ending());
        } finally {
            if (limit != null) {
                limit.cancel(false);
            }
            if (well) {
                pool.giveBack(use, process);
            } else if (abandons && late.get()) {
                pool.abandon();
            } else {
                pool.discard(process);
            }
        }
    }

    private @Nullable Future<?> limit(WorkerProcess process, AtomicBoolean late, Deadline deadline) {
        long nanos = deadline.remainingNanos();
        if (nanos == Long.MAX_VALUE) {
            return null;
        }
        return watch.schedule(
                () -> {
                    late.set(true);
                    if (abandons) {
                        process.disconnect();
                    } else {
                        process.kill();
                    }
                },
                Math.max(0, nanos),
                TimeUnit.NANOSECONDS);
    }

    private static FunctionResult result(FunctionCall call, WorkerProcess.Answer answer) {
        int rows = call.inputs().rows();
        List<FunctionFailure> failures = new ArrayList<>();
        for (JsonNode failure : answer.header().path("failures")) {
            int row = failure.path("row").asInt();
            for (int each = row < 0 ? 0 : row; each < (row < 0 ? rows : row + 1); each++) {
                failures.add(new FunctionFailure(
                        each,
                        failure.path("output").asInt(),
                        ErrorCode.valueOf(failure.path("code").asText()),
                        failure.path("message").asText(),
                        failure.path("exception").isTextual()
                                ? failure.path("exception").textValue()
                                : null));
            }
        }
        if (answer.content().length == 0) {
            List<Column> nothing =
                    FunctionResult.failed(call, ErrorCode.RESOLVER_FAILED, "").outputs();
            return new FunctionResult(nothing, failures);
        }
        try (BufferAllocator allocator = new RootAllocator();
                ColumnStreamReader stream =
                        new ColumnStreamReader(new ByteArrayInputStream(answer.content()), allocator)) {
            FeatureBatch batch =
                    stream.read(call.outputs().stream().map(Feature::type).toList(), MOST_ROWS);
            if (batch.rows() != rows) {
                return FunctionResult.failed(
                        call,
                        ErrorCode.RESOLVER_FAILED,
                        "'" + call.resolver().name() + "' gave " + batch.rows() + " rows (expected " + rows + ")");
            }
            return new FunctionResult(batch.columns(), failures);
        } catch (FeatureGridException unreadable) {
            return FunctionResult.failed(
                    call,
                    ErrorCode.VALIDATION_FAILED,
                    "'" + call.resolver().name() + "' gave what does not fit: " + unreadable.getMessage());
        }
    }

    private static void note(String output, FunctionCall call) {
        if (!output.isEmpty()) {
            LOG.info(
                    "output of '{}', trace id {}:\n{}", call.resolver().name(), call.traceId(), output.stripTrailing());
        }
    }

    private static ResolverBody.PythonFunction function(Resolver resolver) {
        if (resolver.body() instanceof ResolverBody.PythonFunction function) {
            return function;
        }
        throw new IllegalArgumentException("'" + resolver.name() + "' is no Python function");
    }

    private static ObjectNode header(ResolverBody.PythonFunction function, boolean probe) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("module", function.module())
                .put("function", function.function())
                .put("frame", function.frame().name().toLowerCase(Locale.ROOT))
                .put("probe", probe);
    }
}
