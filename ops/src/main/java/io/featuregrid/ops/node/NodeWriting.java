package io.featuregrid.ops.node;

import io.featuregrid.gridnode.ingest.WriteBack;
import io.featuregrid.planner.execute.ComputedObservations;
import io.featuregrid.planner.execute.ComputedWriting;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.OnlineWriting;

/** Where a node writes what queries computed: into the log, at once or later, or only online. */
record NodeWriting(ObservationLog log, WriteBack later, OnlineWriting online) implements ComputedWriting {
    @Override
    public void write(ComputedObservations.Written computed, boolean durable) {
        if (!computed.onlineOnly().isEmpty()) {
            online.write(computed.onlineOnly());
        }
        computed.logged().ifPresent(upload -> {
            if (durable) {
                log.append(upload);
            } else {
                later.later(upload);
            }
        });
    }
}
