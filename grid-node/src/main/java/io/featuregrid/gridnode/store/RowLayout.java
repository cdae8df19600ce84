package io.featuregrid.gridnode.store;

import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.RemovedFeature;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one definition of a set says of its rows: which feature numbers they have under which names, and which came before. Immutable.
 */
public final class RowLayout {
    private static final int FORMAT = 1;

    private final String set;
    private final Version version;
    private final @Nullable Field[] fields;

    /**
     * Which definition a layout comes from, so that of two the later is known: every change of a set moves one of these on.
     *
     * @param setNumber grows when a set of the same name takes an earlier one's place
     * @param firstEpoch the epoch that the set began with: rows of earlier ones belong to another set
     * @param nextNumber feature numbers from here on are of later definitions
     * @param removed how many features were removed
     */
    public record Version(int setNumber, int firstEpoch, int epoch, int nextNumber, int removed) {
        /** Whether this comes from a later definition of what has the same name. */
        public boolean isAfter(Version other) {
            return setNumber != other.setNumber
                    ? setNumber > other.setNumber
                    : nextNumber > other.nextNumber || removed > other.removed;
        }
    }

    /** A feature of the rows. */
    public record Field(String name, FeatureType type) {}

    private RowLayout(String set, Version version, @Nullable Field[] fields) {
        this.set = set;
        this.version = version;
        this.fields = fields;
    }

    /** The layout of a set's rows. */
    public static RowLayout of(FeatureSet set) {
        FeatureSet.Identity identity = set.identity();
        // Rows hold what an observation can carry, and the numbers of all that begin with the set have the set's first
        // epoch.
        int firstEpoch = IntStream.concat(
                        set.features().stream().mapToInt(Feature::sinceEpoch),
                        identity.removed().stream().mapToInt(RemovedFeature::sinceEpoch))
                .min()
                .orElse(identity.epoch());
        @Nullable Field[] fields = new @Nullable Field[Math.max(1, identity.nextNumber())];
        for (Feature feature : set.carried()) {
            fields[feature.number()] = new Field(feature.name(), feature.type());
        }
        Version version = new Version(
                identity.number(),
                firstEpoch,
                identity.epoch(),
                identity.nextNumber(),
                identity.removed().size());
        return new RowLayout(set.name(), version, fields);
    }

    public String set() {
        return set;
    }

    public Version version() {
        return version;
    }

    /** The field of a feature number; null if the rows of this definition have none. */
    public @Nullable Field field(int number) {
        return number < fields.length ? fields[number] : null;
    }

    /** Whether the rows of this definition have a feature of that number. */
    public boolean has(int number) {
        return number < fields.length && fields[number] != null;
    }

    /** The first number that is too high for a feature of this definition. */
    public int endNumber() {
        return fields.length;
    }

    /** The bytes that {@link #decode} reads, for another node. */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORMAT);
            out.writeUTF(set);
            out.writeInt(version.setNumber());
            out.writeInt(version.firstEpoch());
            out.writeInt(version.epoch());
            out.writeInt(version.nextNumber());
            out.writeInt(version.removed());
            for (int number = 1; number < fields.length; number++) {
                Field field = fields[number];
                out.writeBoolean(field != null);
                if (field != null) {
                    out.writeUTF(field.name());
                    out.writeUTF(field.type().text());
                }
            }
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }

    /**
     * The layout that another node encoded.
     *
     * @throws IllegalArgumentException if the bytes are of another format
     */
    public static RowLayout decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            int format = in.readByte();
            if (format != FORMAT) {
                throw new IllegalArgumentException(
                        "layout of rows has format " + format + " (expected " + FORMAT + ")");
            }
            String set = in.readUTF();
            Version version = new Version(in.readInt(), in.readInt(), in.readInt(), in.readInt(), in.readInt());
            @Nullable Field[] fields = new @Nullable Field[Math.max(1, version.nextNumber())];
            for (int number = 1; number < fields.length; number++) {
                if (in.readBoolean()) {
                    String name = in.readUTF();
                    String type = in.readUTF();
                    fields[number] = new Field(
                            name,
                            FeatureType.ofText(type)
                                    .orElseThrow(() -> new IllegalArgumentException("type of '" + set + "." + name
                                            + "' is " + type + " (expected " + FeatureType.expected() + ")")));
                }
            }
            return new RowLayout(set, version, fields);
        } catch (IOException cut) {
            throw new IllegalArgumentException("layout of rows ends after " + bytes.length + " bytes", cut);
        }
    }
}
