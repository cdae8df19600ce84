package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowChange;
import io.featuregrid.gridnode.store.RowLayout;
import io.featuregrid.gridnode.store.RowStamps;
import io.featuregrid.planner.batch.Stamp;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.binary.BinaryObject;
import org.jspecify.annotations.Nullable;

/** Merges observations into one row. */
public final class RowMergeProcessor extends RowProcessor {
    private static final long serialVersionUID = 1L;

    private transient RowChange change = new RowChange(new RowStamps(), new @Nullable Object[0]);

    /** For Ignite. */
    public RowMergeProcessor() {}

    RowMergeProcessor(RowLayout layout, RowChange change) {
        super(layout);
        this.change = change;
    }

    @Override
    void process(MutableEntry<Object, BinaryObject> entry, RowDefinitions definitions, RowDefinitions.Known known) {
        // The writer skipped what was erased when it began; an erasure that came between is seen here, beside the row.
        Stamp mark = definitions.erasureMark(known, entry.getKey());
        RowChange left = mark == null ? change : change.erase(mark);
        if (left.stamps().isEmpty()) {
            return;
        }
        BinaryObject before = entry.getValue();
        BinaryObject after = known.rows().merge(before, left);
        if (!after.equals(before)) {
            entry.setValue(after);
        }
    }

    @Override
    void write(ObjectOutput out) throws IOException {
        byte[] stamps = change.stamps().encode();
        out.writeInt(stamps.length);
        out.write(stamps);
        out.writeObject(change.values());
    }

    @Override
    void read(ObjectInput in) throws IOException, ClassNotFoundException {
        RowStamps stamps = new RowStamps();
        byte[] bytes = new byte[in.readInt()];
        in.readFully(bytes);
        stamps.decode(bytes);
        change = new RowChange(stamps, (@Nullable Object[]) in.readObject());
    }
}
