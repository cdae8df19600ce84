package io.featuregrid.ops.structure.planted.gridnode.serve;

import io.vertx.core.Vertx;

/** Allowed: serving is where HTTP is. */
public interface Server {
    Vertx http();
}
