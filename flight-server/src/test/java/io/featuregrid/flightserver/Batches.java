package io.featuregrid.flightserver;

import org.apache.arrow.vector.VectorLoader;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.VectorUnloader;
import org.apache.arrow.vector.ipc.message.ArrowRecordBatch;

/** Batches of one schema, sent through one root. */
final class Batches {
    private Batches() {}

    /** Puts the rows of one root into another in place of its own. */
    static void load(VectorSchemaRoot target, VectorSchemaRoot source) {
        try (ArrowRecordBatch batch = new VectorUnloader(source).getRecordBatch()) {
            new VectorLoader(target).load(batch);
        }
    }
}
