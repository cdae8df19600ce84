package io.featuregrid.offline.write;

/**
 * What became of an ingest.
 *
 * @param rows rows that were sent
 * @param history observations that stand in history
 * @param online rows that were merged into the online store, or superseded by later ones of the same ingest: all that are not in the future
 * @param insertedAt the time at which the store learnt them, in microseconds
 * @param ingestId the caller's id, or the one that was made
 */
public record IngestCounts(long rows, long history, long online, long insertedAt, String ingestId) {}
