package io.featuregrid.ops.structure.planted.stray;

/** Planted: belongs to no module. */
public final class Homeless {}
