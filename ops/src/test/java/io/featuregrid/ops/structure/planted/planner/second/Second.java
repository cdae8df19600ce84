package io.featuregrid.ops.structure.planted.planner.second;

import io.featuregrid.ops.structure.planted.planner.first.First;

/** Planted: the other half of a cycle. */
public interface Second {
    First first();
}
