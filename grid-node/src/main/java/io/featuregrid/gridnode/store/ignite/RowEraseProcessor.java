package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowLayout;
import io.featuregrid.planner.batch.Stamp;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.binary.BinaryObject;

/** Removes from one row what stamps at or below a mark brought. */
public final class RowEraseProcessor extends RowProcessor {
    private static final long serialVersionUID = 1L;

    private transient Stamp mark = new Stamp(0, Long.MIN_VALUE, Long.MIN_VALUE);

    /** For Ignite. */
    public RowEraseProcessor() {}

    RowEraseProcessor(RowLayout layout, Stamp mark) {
        super(layout);
        this.mark = mark;
    }

    @Override
    void process(MutableEntry<Object, BinaryObject> entry, RowDefinitions definitions, RowDefinitions.Known known) {
        BinaryObject before = entry.getValue();
        if (before == null) {
            return;
        }
        BinaryObject after = known.rows().erase(before, mark);
        if (after == null) {
            entry.remove();
        } else if (!after.equals(before)) {
            entry.setValue(after);
        }
    }

    @Override
    void write(ObjectOutput out) throws IOException {
        out.writeLong(mark.observedAt());
        out.writeLong(mark.insertedAt());
        out.writeLong(mark.sequence());
    }

    @Override
    void read(ObjectInput in) throws IOException {
        mark = new Stamp(in.readLong(), in.readLong(), in.readLong());
    }
}
