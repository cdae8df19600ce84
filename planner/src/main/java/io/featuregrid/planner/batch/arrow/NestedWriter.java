package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.NestedBytes;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.BitVectorHelper;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.DecimalVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TimeStampVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;

/** Nested values into the vectors of their type. Indexes of a vector are written in ascending order; those left out are null. */
final class NestedWriter {
    private NestedWriter() {}

    /** Writes the value that the cursor stands before to an index of a vector. */
    interface Values {
        void write(int index, NestedBytes.Cursor source);
    }

    /** How values of a type are written into the vector of that type, whose memory grows as it must. */
    static Values into(FieldVector vector, FeatureType type) {
        return switch (type) {
            case ScalarType scalar -> scalar(vector, scalar);
            case EnumType texts -> text((VarCharVector) vector);
            case DecimalType decimal -> {
                DecimalVector decimals = (DecimalVector) vector;
                yield (index, source) -> {
                    ensureCapacity(decimals, index + 1);
                    decimals.setBigEndian(index, source.nextBytes());
                };
            }
            case ListType list -> list((ListVector) vector, list);
            case StructType struct -> struct((StructVector) vector, struct);
            case VectorType numbers -> vector((FixedSizeListVector) vector, numbers);
        };
    }

    private static Values scalar(FieldVector vector, ScalarType type) {
        return switch (type) {
            case INT64 -> {
                BigIntVector integers = (BigIntVector) vector;
                yield (index, source) -> integers.setSafe(index, source.nextLong());
            }
            case TIMESTAMP -> {
                TimeStampVector times = (TimeStampVector) vector;
                yield (index, source) -> times.setSafe(index, source.nextLong());
            }
            case FLOAT64 -> {
                Float8Vector floats = (Float8Vector) vector;
                yield (index, source) -> floats.setSafe(index, Double.longBitsToDouble(source.nextLong()));
            }
            case DATE -> {
                DateDayVector days = (DateDayVector) vector;
                yield (index, source) -> days.setSafe(index, source.nextInt());
            }
            case BOOL -> {
                BitVector bits = (BitVector) vector;
                yield (index, source) -> bits.setSafe(index, source.nextBoolean() ? 1 : 0);
            }
            case STRING -> text((VarCharVector) vector);
            case BINARY -> {
                VarBinaryVector binaries = (VarBinaryVector) vector;
                yield (index, source) -> binaries.setSafe(index, source.nextBytes());
            }
        };
    }

    private static Values text(VarCharVector texts) {
        return (index, source) -> texts.setSafe(index, source.nextBytes());
    }

    private static Values list(ListVector lists, ListType type) {
        Values elements = into(lists.getDataVector(), type.element());
        return (index, source) -> {
            int begin = lists.startNewValue(index);
            int count = source.nextInt();
            for (int element = 0; element < count; element++) {
                if (source.present()) {
                    elements.write(begin + element, source);
                }
            }
            lists.endValue(index, count);
        };
    }

    private static Values struct(StructVector structs, StructType type) {
        List<Values> fields = new ArrayList<>();
        for (StructType.Field field : type.fields()) {
            fields.add(into(structs.getChild(field.name()), field.type()));
        }
        return (index, source) -> {
            structs.setIndexDefined(index);
            for (Values field : fields) {
                if (source.present()) {
                    field.write(index, source);
                }
            }
        };
    }

    private static Values vector(FixedSizeListVector vectors, VectorType type) {
        BaseFixedWidthVector numbers = (BaseFixedWidthVector) vectors.getDataVector();
        int bytes = type.length() * type.element().width();
        return (index, source) -> {
            int begin = vectors.startNewValue(index);
            source.nextInt();
            ensureCapacity(numbers, begin + type.length());
            MemorySegment target = ArrowMemory.segment(numbers.getDataBuffer());
            MemorySegment.copy(
                    MemorySegment.ofArray(source.nextRaw(bytes)),
                    0,
                    target,
                    (long) begin * type.element().width(),
                    bytes);
            for (int element = begin; element < begin + type.length(); element++) {
                BitVectorHelper.setBit(numbers.getValidityBuffer(), element);
            }
        };
    }

    private static void ensureCapacity(BaseFixedWidthVector vector, int count) {
        while (vector.getValueCapacity() < count) {
            vector.reAlloc();
        }
    }
}
