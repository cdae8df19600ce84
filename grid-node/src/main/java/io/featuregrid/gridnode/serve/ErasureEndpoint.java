package io.featuregrid.gridnode.serve;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.EntityEraser;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.plan.ErasureRequest;
import io.featuregrid.planner.time.Timestamps;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * {@code DELETE /v1/entities}: forgets entities, set by set. One that fails half way has forgotten those of the sets before, and is simply
 * sent again. Safe for use by several threads.
 */
public final class ErasureEndpoint {
    private static final String NOTE =
            "Datasets and backups are not rewritten: what was copied into them before stays there"
                    + " until they are deleted.";

    private static final Comparator<Stamp> BY_MARK =
            Comparator.comparingLong(Stamp::insertedAt).thenComparingLong(Stamp::sequence);

    private final CatalogStore catalogs;
    private final EntityEraser eraser;

    public ErasureEndpoint(CatalogStore catalogs, EntityEraser eraser) {
        this.catalogs = catalogs;
        this.eraser = eraser;
    }

    public void mountOn(HttpPort http) {
        http.mount(
                "/v1/entities",
                Allowed.to(Role.ERASE),
                ApiFragment.of(ErasureEndpoint.class, "erasure"),
                HttpHandler.of("DELETE", this::erase));
    }

    private HttpReply erase(HttpCall call) {
        ErasureRequest request = ErasureRequest.read(catalogs.current(), call.json());
        @Nullable Stamp last = null;
        for (ErasureRequest.Entities entities : request.sets()) {
            Stamp mark = eraser.erase(entities.set(), entities.keys());
            last = last == null || BY_MARK.compare(mark, last) > 0 ? mark : last;
        }
        ObjectNode reply = JsonNodeFactory.instance.objectNode().put("erased", request.entities());
        ObjectNode mark = reply.putObject("mark");
        if (last != null) {
            mark.put("inserted_at", Timestamps.format(last.insertedAt())).put("sequence", last.sequence());
        }
        return HttpReply.json(reply.put("note", NOTE).put("trace_id", call.traceId()));
    }
}
