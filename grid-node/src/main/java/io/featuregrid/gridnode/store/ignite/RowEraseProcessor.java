package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowLayout;
import io.featuregrid.planner.batch.Stamp;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryReader;
import org.apache.ignite.binary.BinaryWriter;

/** Removes from one row what stamps at or below a mark brought. */
final class RowEraseProcessor extends RowProcessor {
    private static final long serialVersionUID = 1L;

    private transient Stamp mark = new Stamp(0, Long.MIN_VALUE, Long.MIN_VALUE);

    /** For Ignite. */
    RowEraseProcessor() {}

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
    void write(BinaryWriter writer) {
        writer.writeLongArray("mark", new long[] {mark.observedAt(), mark.insertedAt(), mark.sequence()});
    }

    @Override
    void read(BinaryReader reader) {
        long[] words = reader.readLongArray("mark");
        mark = new Stamp(words[0], words[1], words[2]);
    }
}
