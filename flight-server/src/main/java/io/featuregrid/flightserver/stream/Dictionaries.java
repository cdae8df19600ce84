package io.featuregrid.flightserver.stream;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseIntVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.compare.VectorEqualsVisitor;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.util.TransferPair;

/**
 * Sees to it that the dictionaries of a stream stay what they were at its first batch: an answer states them once, in front of all its
 * batches. For one thread.
 */
final class Dictionaries implements AutoCloseable {
    private final BufferAllocator allocator;
    private final Map<Long, FieldVector> first = new HashMap<>();

    Dictionaries(BufferAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * Compares with the first batch.
     *
     * @throws FeatureGridException INVALID_QUERY if a dictionary has changed
     */
    void check(DictionaryProvider current) {
        for (long id : current.getDictionaryIds()) {
            FieldVector vector = current.lookup(id).getVector();
            FieldVector before = first.get(id);
            if (before == null) {
                TransferPair pair = vector.getTransferPair(allocator);
                pair.splitAndTransfer(0, vector.getValueCount());
                first.put(id, (FieldVector) pair.getTo());
            } else if (!same(before, vector)) {
                throw new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "a dictionary of the spine changes between its batches (expected one for all: unify the dictionaries"
                                + " first, in pyarrow with table.unify_dictionaries())");
            }
        }
    }

    /**
     * The values that a dictionary-encoded vector stands for, to be closed by the caller.
     *
     * @param subject what the vector is, for messages
     * @throws FeatureGridException VALIDATION_FAILED for an index that the dictionary lacks
     */
    static FieldVector decode(
            FieldVector indexes, DictionaryProvider dictionaries, String subject, BufferAllocator allocator) {
        Dictionary dictionary =
                dictionaries.lookup(indexes.getField().getDictionary().getId());
        int size = dictionary.getVector().getValueCount();
        BaseIntVector positions = (BaseIntVector) indexes;
        for (int row = 0; row < indexes.getValueCount(); row++) {
            if (!indexes.isNull(row) && (positions.getValueAsLong(row) < 0 || positions.getValueAsLong(row) >= size)) {
                throw new FeatureGridException(
                        ErrorCode.VALIDATION_FAILED,
                        subject + " has index " + positions.getValueAsLong(row) + " into a dictionary of " + size
                                + " values (expected 0 to " + (size - 1) + ")");
            }
        }
        return (FieldVector) DictionaryEncoder.decode(indexes, dictionary, allocator);
    }

    @Override
    public void close() {
        first.values().forEach(FieldVector::close);
        first.clear();
    }

    private static boolean same(FieldVector before, FieldVector now) {
        if (before.getValueCount() != now.getValueCount()) {
            return false;
        }
        // The first one's memory is still held: at an equal address lies the same dictionary, which was not sent again.
        return (address(before) != 0 && address(before) == address(now))
                || VectorEqualsVisitor.vectorEquals(before, now);
    }

    /** Where the values lie; 0 if nowhere. */
    private static long address(FieldVector vector) {
        List<ArrowBuf> buffers = vector.getFieldBuffers();
        return buffers.isEmpty() || buffers.getLast().capacity() == 0
                ? 0
                : buffers.getLast().memoryAddress();
    }
}
