package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Stamp;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;

/** The erased entities of one set at one moment. Immutable. */
public final class ErasureList {
    public static final ErasureList EMPTY = new ErasureList(Map.of());

    private final Map<ByteBuffer, Stamp> marks;

    /**
     * A list.
     *
     * @param marks by the canonical bytes of the key ({@link io.featuregrid.planner.batch.KeyBytes}); of a mark only inserted_at and
     *     sequence count
     */
    public ErasureList(Map<ByteBuffer, Stamp> marks) {
        this.marks = Map.copyOf(marks);
    }

    public boolean isEmpty() {
        return marks.isEmpty();
    }

    /** All marks, by the canonical bytes of the key. */
    public Map<ByteBuffer, Stamp> marks() {
        return marks;
    }

    /** The mark of an entity that was erased, else empty. */
    public Optional<Stamp> mark(byte[] key) {
        return Optional.ofNullable(marks.get(ByteBuffer.wrap(key)));
    }

    /** Whether an observation of an entity is erased: it is at or below the mark. */
    public boolean hides(byte[] key, long insertedAt, long sequence) {
        return mark(key).filter(mark -> hides(mark, insertedAt, sequence)).isPresent();
    }

    /** Whether an observation of an entity that has a mark is at or below it. */
    public static boolean hides(Stamp mark, long insertedAt, long sequence) {
        return insertedAt != mark.insertedAt() ? insertedAt < mark.insertedAt() : sequence <= mark.sequence();
    }
}
