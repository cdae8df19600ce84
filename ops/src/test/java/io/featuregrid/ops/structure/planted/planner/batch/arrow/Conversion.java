package io.featuregrid.ops.structure.planted.planner.batch.arrow;

import org.apache.arrow.vector.IntVector;

/** Allowed: the planner's one place for Arrow. */
public interface Conversion {
    IntVector column();
}
