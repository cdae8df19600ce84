package io.featuregrid.offline.layout;

import io.featuregrid.planner.execute.ErasureList;

/**
 * What a reader holds on to of a set: its history at one moment, and whose observations it must skip. The erasures are asked first, so that
 * none can be taken off their list while files that still hold the observations are read.
 */
public record PinnedTable(TableSnapshot snapshot, ErasureList erased) {}
