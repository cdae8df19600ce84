package io.featuregrid.ops.structure.planted.ops.node;

import io.featuregrid.ops.structure.planted.ops.config.Settings;

/** Allowed: the node knows every package of ops. */
public interface Node {
    Settings settings();
}
