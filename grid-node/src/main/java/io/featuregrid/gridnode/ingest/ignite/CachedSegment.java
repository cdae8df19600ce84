package io.featuregrid.gridnode.ingest.ignite;

import io.featuregrid.gridnode.ingest.LogMessageCodec;
import io.featuregrid.gridnode.ingest.Segment;

/** A shard's last segment in its cache. Two are equal to Ignite if all of their fields are. */
// Not a record: Ignite's marshaller cannot set the fields of one.
final class CachedSegment {
    private final int set;
    private final int shard;
    private final long number;
    private final byte[] keys;

    CachedSegment(Segment segment) {
        this.set = segment.set();
        this.shard = segment.shard();
        this.number = segment.number();
        this.keys = LogMessageCodec.encode(segment.keys());
    }

    Segment segment() {
        return new Segment(set, shard, number, LogMessageCodec.decodeKeys(keys));
    }
}
