package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowLayout;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.Ignite;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryReader;
import org.apache.ignite.binary.BinaryWriter;
import org.apache.ignite.binary.Binarylizable;
import org.apache.ignite.cache.CacheEntryProcessor;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/**
 * Changes one row where it lives, under the newest definition that the node there knows. Its one argument is the writer's layout, encoded,
 * which all rows of a call share. May run more than once for one call: what it does is idempotent.
 */
abstract class RowProcessor implements CacheEntryProcessor<Object, BinaryObject, @Nullable Void>, Binarylizable {
    private static final long serialVersionUID = 1L;

    private transient String set = "";
    private transient RowLayout.Version writer = new RowLayout.Version(0, 0, 0, 0, 0);

    /** Set by Ignite before it runs. */
    @IgniteInstanceResource
    private transient @Nullable Ignite ignite;

    /** For Ignite, which then reads it. */
    RowProcessor() {}

    RowProcessor(RowLayout layout) {
        this.set = layout.set();
        this.writer = layout.version();
    }

    /** Changes a row. */
    abstract void process(
            MutableEntry<Object, BinaryObject> entry, RowDefinitions definitions, RowDefinitions.Known known);

    abstract void write(BinaryWriter writer);

    abstract void read(BinaryReader reader);

    @Override
    public final @Nullable Void process(MutableEntry<Object, BinaryObject> entry, Object... arguments) {
        if (ignite == null) {
            throw new IllegalStateException("a row of '" + set + "' is processed outside of a grid");
        }
        RowDefinitions definitions = RowDefinitions.on(ignite);
        RowDefinitions.Known known = definitions.forWriter(set, writer, (byte[]) arguments[0]);
        if (known != null) {
            process(entry, definitions, known);
        }
        return null;
    }

    @Override
    public final void writeBinary(BinaryWriter out) {
        out.writeString("set", set);
        out.writeIntArray("version", new int[] {
            writer.setNumber(), writer.firstEpoch(), writer.epoch(), writer.nextNumber(), writer.removed()
        });
        write(out);
    }

    @Override
    public final void readBinary(BinaryReader in) {
        set = in.readString("set");
        int[] version = in.readIntArray("version");
        writer = new RowLayout.Version(version[0], version[1], version[2], version[3], version[4]);
        read(in);
    }
}
