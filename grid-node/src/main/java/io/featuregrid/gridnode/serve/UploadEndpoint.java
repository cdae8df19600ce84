package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.plan.UploadRequest;
import io.featuregrid.planner.time.Timestamps;
import java.util.List;

/**
 * {@code POST /v1/upload}: observations, durable and online when it answers. Whole or not at all. Safe for use by several threads.
 */
public final class UploadEndpoint {
    private final CatalogStore catalogs;
    private final ObservationLog log;
    private final Clock clock;
    private final long futureToleranceMicros;

    /**
     * An endpoint.
     *
     * @param futureToleranceMicros how far ahead of the clock observed_at may be
     */
    public UploadEndpoint(CatalogStore catalogs, ObservationLog log, Clock clock, long futureToleranceMicros) {
        this.catalogs = catalogs;
        this.log = log;
        this.clock = clock;
        this.futureToleranceMicros = futureToleranceMicros;
    }

    public void mountOn(HttpPort http) {
        http.mount(
                "/v1/upload",
                Allowed.to(Role.INGEST),
                ApiFragment.of(UploadEndpoint.class, "upload"),
                HttpHandler.of("POST", this::upload));
    }

    private HttpReply upload(HttpCall call) {
        UploadRequest request =
                UploadRequest.read(catalogs.current(), call.json(), clock.nowMicros(), futureToleranceMicros);
        ObjectNode reply = JsonNodeFactory.instance.objectNode();
        if (request.sets().isEmpty()) {
            reply.put("observations", 0).putNull("inserted_at");
        } else {
            List<ObservationLog.SetRows> rows = request.sets().stream()
                    .map(set -> new ObservationLog.SetRows(set.set(), set.batch()))
                    .toList();
            ObservationLog.Receipt receipt =
                    log.append(new ObservationLog.Upload(request.ingestId(), Origin.UPLOAD, rows));
            reply.put("observations", receipt.observations())
                    .put("inserted_at", Timestamps.format(receipt.insertedAt()));
        }
        return HttpReply.json(reply.put("trace_id", call.traceId()));
    }
}
