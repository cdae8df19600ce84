package io.featuregrid.ops.structure.planted.ops.config;

/** Allowed: known to the node. */
public interface Settings {}
