package io.featuregrid.gridnode.ingest;

/** What the log needs of a grid. */
public record LogGrid(
        LogStore log,
        UploadRecords uploads,
        SegmentRecords segments,
        Partitions partitions,
        LogMessages messages,
        Pauses pauses) {}
