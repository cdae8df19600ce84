package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowLayout;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryReader;
import org.apache.ignite.binary.BinaryWriter;

/** Removes one row if it is expired still: what was written since it was found keeps it. */
final class RowExpiryProcessor extends RowProcessor {
    private static final long serialVersionUID = 1L;

    private transient long now = Long.MIN_VALUE;

    /** For Ignite. */
    RowExpiryProcessor() {}

    RowExpiryProcessor(RowLayout layout, long now) {
        super(layout);
        this.now = now;
    }

    @Override
    void process(MutableEntry<Object, BinaryObject> entry, RowDefinitions definitions, RowDefinitions.Known known) {
        BinaryObject row = entry.getValue();
        if (row != null && known.expired(row, now)) {
            entry.remove();
        }
    }

    @Override
    void write(BinaryWriter writer) {
        writer.writeLong("now", now);
    }

    @Override
    void read(BinaryReader reader) {
        now = reader.readLong("now");
    }
}
