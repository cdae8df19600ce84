package io.featuregrid.ops.structure.planted.planner.first;

import io.featuregrid.ops.structure.planted.planner.second.Second;

/** Planted: one half of a cycle. */
public interface First {
    Second second();
}
