package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowLayout;
import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.Ignite;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.cache.CacheEntryProcessor;
import org.apache.ignite.resources.IgniteInstanceResource;
import org.jspecify.annotations.Nullable;

/**
 * Changes one row where it lives, under the newest definition that the node there knows. Its one argument is the writer's layout, encoded,
 * which all rows of a call share. Ignite wraps what it injects in an object of its own, which it writes by the rules of Java, not by those of
 * its binary objects: hence externalizable. May run more than once for one call: what it does is idempotent.
 */
abstract class RowProcessor implements CacheEntryProcessor<Object, BinaryObject, @Nullable Void>, Externalizable {
    private static final long serialVersionUID = 1L;

    private transient String set = "";
    private transient RowLayout.Version writer = new RowLayout.Version(0, 0, 0, 0, 0);

    /** Set by Ignite before it runs. */
    @IgniteInstanceResource
    private transient @Nullable Ignite ignite;

    /** For Ignite, which then reads it. */
    public RowProcessor() {}

    RowProcessor(RowLayout layout) {
        this.set = layout.set();
        this.writer = layout.version();
    }

    /** Changes a row. */
    abstract void process(
            MutableEntry<Object, BinaryObject> entry, RowDefinitions definitions, RowDefinitions.Known known);

    abstract void write(ObjectOutput out) throws IOException;

    abstract void read(ObjectInput in) throws IOException, ClassNotFoundException;

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
    public final void writeExternal(ObjectOutput out) throws IOException {
        out.writeUTF(set);
        out.writeInt(writer.setNumber());
        out.writeInt(writer.firstEpoch());
        out.writeInt(writer.epoch());
        out.writeInt(writer.nextNumber());
        out.writeInt(writer.removed());
        write(out);
    }

    @Override
    public final void readExternal(ObjectInput in) throws IOException, ClassNotFoundException {
        set = in.readUTF();
        writer = new RowLayout.Version(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
        read(in);
    }
}
