package io.featuregrid.offline.load;

/**
 * What became of a load.
 *
 * @param rows entities that have a row as of the time
 * @param asOf microseconds; if an interrupted load was gone on with, the time of that
 */
public record LoadResult(long rows, long asOf) {}
