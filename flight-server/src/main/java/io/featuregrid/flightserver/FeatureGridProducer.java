package io.featuregrid.flightserver;

import io.featuregrid.flightserver.action.FlightActions;
import io.featuregrid.flightserver.request.CallAccess;
import io.featuregrid.flightserver.request.CallTrace;
import io.featuregrid.flightserver.request.FlightRequest;
import io.featuregrid.flightserver.request.OngoingCall;
import io.featuregrid.flightserver.request.Refusal;
import io.featuregrid.flightserver.stream.HistoryStream;
import io.featuregrid.flightserver.stream.IncomingStream;
import io.featuregrid.flightserver.stream.ObservationsUpload;
import io.featuregrid.flightserver.stream.TrainingSetExchange;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Role;
import java.lang.invoke.VarHandle;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.arrow.flight.Action;
import org.apache.arrow.flight.ActionType;
import org.apache.arrow.flight.Criteria;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightEndpoint;
import org.apache.arrow.flight.FlightInfo;
import org.apache.arrow.flight.FlightProducer;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.Result;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;

/** Sends each Flight call to what answers it, and ends it: with its answer or with what it is refused with. */
final class FeatureGridProducer implements FlightProducer {
    private static final Allowed READING = Allowed.to(Role.READ);
    private static final Allowed WRITING = Allowed.to(Role.INGEST, Role.IMPORT);

    private final CatalogStore catalogs;
    private final Services services;
    private final RunningCalls calls;
    private final Executor workers;
    private final BufferAllocator allocator;

    /** What answers calls. */
    record Services(
            TrainingSetExchange trainingSets,
            ObservationsUpload observations,
            HistoryStream histories,
            FlightActions actions) {}

    FeatureGridProducer(
            CatalogStore catalogs, Services services, RunningCalls calls, Executor workers, BufferAllocator allocator) {
        this.catalogs = catalogs;
        this.services = services;
        this.calls = calls;
        this.workers = workers;
        this.allocator = allocator;
    }

    @Override
    public void doExchange(CallContext context, FlightStream reader, ServerStreamListener writer) {
        OngoingCall call = new OngoingCall(CallTrace.idOf(context));
        IncomingStream spine = new IncomingStream(reader, call);
        // Behind the handler, in the same thread, Flight frees what the client sent. So the handler waits until nobody
        // reads that, and keeps the call from being ended here as well: the two ends would free it twice.
        Object ending = new Object();
        AtomicBoolean ended = new AtomicBoolean();
        writer.setOnCancelHandler(() -> {
            call.cancelByClient();
            spine.awaitReleased();
            synchronized (ending) {
                ended.set(true);
            }
        });
        // The handler is handed over without a lock: either the canceller sees it, or its cancellation is seen here.
        VarHandle.fullFence();
        try {
            if (!writer.isCancelled()) {
                Runnable end = exchange(context, spine, writer, call);
                spine.release();
                synchronized (ending) {
                    if (ended.compareAndSet(false, true)) {
                        end.run();
                    }
                }
            }
        } finally {
            spine.release();
            calls.end(call);
        }
    }

    /** Answers an exchange up to its end, which is returned. */
    private Runnable exchange(
            CallContext context, IncomingStream spine, ServerStreamListener writer, OngoingCall call) {
        try {
            CallAccess.of(context).require(READING, "a training set");
            calls.begin(call);
            if (!(FlightRequest.read(spine.descriptor()) instanceof FlightRequest.TrainingSet trainingSet)) {
                throw invalid("a path is exchanged (expected the command of a training set: observations are written"
                        + " with DoPut, a history is read with DoGet)");
            }
            services.trainingSets().run(trainingSet.request(), spine, writer, call);
            return writer::completed;
        } catch (Throwable failure) {
            return () -> writer.error(refusal(failure, context, call));
        }
    }

    @Override
    public Runnable acceptPut(CallContext context, FlightStream stream, StreamListener<PutResult> results) {
        OngoingCall call = new OngoingCall(CallTrace.idOf(context));
        CallAccess access = CallAccess.of(context);
        return () -> {
            try {
                access.require(WRITING, "an ingest");
                calls.begin(call);
                IncomingStream rows = new IncomingStream(stream, call);
                if (!(FlightRequest.read(rows.descriptor()) instanceof FlightRequest.Observations observations)) {
                    throw invalid(
                            "what is put is no observations (expected the path [\"observations\", set]; a training"
                                    + " set is asked for with DoExchange)");
                }
                byte[] counts = services.observations()
                        .run(
                                set(observations.set()),
                                rows,
                                allowed -> access.require(allowed, "an ingest with these options"));
                try (PutResult result = PutResult.metadata(buffer(counts))) {
                    results.onNext(result);
                }
                results.onCompleted();
            } catch (Throwable failure) {
                results.onError(refusal(failure, context, call));
            } finally {
                calls.end(call);
            }
        };
    }

    @Override
    public void getStream(CallContext context, Ticket ticket, ServerStreamListener listener) {
        OngoingCall call = new OngoingCall(CallTrace.idOf(context));
        listener.setOnCancelHandler(call::cancelByClient);
        CallAccess access = CallAccess.of(context);
        workers.execute(() -> {
            try {
                access.require(READING, "a history");
                calls.begin(call);
                FlightRequest request = FlightRequest.read(ticket);
                FeatureSet set = history(request);
                boolean fresh = !(request instanceof FlightRequest.History history) || history.fresh();
                services.histories().run(set, fresh, listener, call);
                listener.completed();
            } catch (Throwable failure) {
                listener.error(refusal(failure, context, call));
            } finally {
                calls.end(call);
            }
        });
    }

    @Override
    public FlightInfo getFlightInfo(CallContext context, FlightDescriptor descriptor) {
        try {
            CallAccess.of(context).require(READING, "a history");
            return describe(history(FlightRequest.read(descriptor)), descriptor);
        } catch (Throwable failure) {
            throw Refusal.of(failure, CallTrace.idOf(context));
        }
    }

    @Override
    public void listFlights(CallContext context, Criteria criteria, StreamListener<FlightInfo> listener) {
        try {
            CallAccess.of(context).require(Allowed.ANY_ROLE, "a list of the sets");
            for (FeatureSet set : catalogs.current().sets()) {
                listener.onNext(describe(set, FlightDescriptor.path("history", set.name())));
            }
            listener.onCompleted();
        } catch (Throwable failure) {
            listener.onError(Refusal.of(failure, CallTrace.idOf(context)));
        }
    }

    @Override
    public void listActions(CallContext context, StreamListener<ActionType> listener) {
        services.actions()
                .list()
                .forEach(action -> listener.onNext(new ActionType(action.name(), action.description())));
        listener.onCompleted();
    }

    @Override
    public void doAction(CallContext context, Action action, StreamListener<Result> listener) {
        OngoingCall call = new OngoingCall(CallTrace.idOf(context));
        try {
            FlightActions.FlightAction wanted = services.actions().find(action.getType());
            CallAccess.of(context).require(wanted.allowed(), "the action '" + wanted.name() + "'");
            if (wanted.lasting()) {
                calls.begin(call);
            }
            wanted.answer().run(action.getBody(), body -> {
                call.throwIfCancelled();
                if (context.isCancelled()) {
                    throw new FeatureGridException(ErrorCode.CANCELLED, "the client ended the call");
                }
                listener.onNext(new Result(body));
            });
            listener.onCompleted();
        } catch (Throwable failure) {
            listener.onError(refusal(failure, context, call));
        } finally {
            calls.end(call);
        }
    }

    private FlightInfo describe(FeatureSet set, FlightDescriptor descriptor) {
        FlightEndpoint endpoint = new FlightEndpoint(FlightRequest.ticket(new FlightRequest.History(set.name(), true)));
        return new FlightInfo(services.histories().schema(set), descriptor, List.of(endpoint), -1, -1);
    }

    private FeatureSet history(FlightRequest request) {
        return switch (request) {
            case FlightRequest.History history -> set(history.set());
            case FlightRequest.TrainingSet trainingSet ->
                throw invalid("a training set is got (expected it in an exchange: DoExchange with the spine)");
            case FlightRequest.Observations rows ->
                throw invalid("observations of '" + rows.set() + "' are got (expected [\"history\", \"" + rows.set()
                        + "\"])");
        };
    }

    private FeatureSet set(String name) {
        Catalog catalog = catalogs.current();
        return catalog.set(name)
                .orElseThrow(() -> new FeatureGridException(
                        ErrorCode.PARSE_FAILED,
                        "there is no set '" + name + "' (expected one of "
                                + catalog.sets().stream().map(FeatureSet::name).toList() + ")"));
    }

    private ArrowBuf buffer(byte[] bytes) {
        ArrowBuf buffer = allocator.buffer(bytes.length);
        buffer.writeBytes(bytes);
        return buffer;
    }

    /** What fails because the client is gone is no failure of the node's. */
    private static FlightRuntimeException refusal(Throwable failure, CallContext context, OngoingCall call) {
        boolean ours = failure instanceof FeatureGridException;
        return Refusal.of(
                !ours && context.isCancelled()
                        ? new FeatureGridException(ErrorCode.CANCELLED, "the client ended the call", failure)
                        : failure,
                call.traceId());
    }

    private static FeatureGridException invalid(String message) {
        return new FeatureGridException(ErrorCode.INVALID_QUERY, message);
    }
}
