package io.featuregrid.offline.layout;

import java.nio.file.Path;

/** One data file of a table: all its rows have one carry set and one bucket, and are sorted by key and stamp. */
public record HistoryFile(String table, Path path, int carry, int bucket, long rows) {}
