package io.featuregrid.ops.structure.planted.planner.definition;

import io.featuregrid.ops.structure.planted.offline.join.Join;
import java.nio.file.Path;
import org.apache.arrow.vector.IntVector;

/** Planted: the planner knows history, the disk and Arrow, and starts a thread. */
public interface EverythingForbidden {
    Join history();

    Path disk();

    IntVector column();

    static Thread start(Runnable work) {
        return Thread.ofVirtual().start(work);
    }
}
