package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowLayout;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.binary.BinaryObject;

/** Removes one row if it is expired still: what was written since it was found keeps it. */
public final class RowExpiryProcessor extends RowProcessor {
    private static final long serialVersionUID = 1L;

    private transient long now = Long.MIN_VALUE;

    /** For Ignite. */
    public RowExpiryProcessor() {}

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
    void write(ObjectOutput out) throws IOException {
        out.writeLong(now);
    }

    @Override
    void read(ObjectInput in) throws IOException {
        now = in.readLong();
    }
}
