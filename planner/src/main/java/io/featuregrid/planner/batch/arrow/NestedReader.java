package io.featuregrid.planner.batch.arrow;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.NestedBytes;
import io.featuregrid.planner.batch.arrow.ArrowReader.LosslessConversion;
import io.featuregrid.planner.definition.DecimalType;
import io.featuregrid.planner.definition.EnumType;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ListType;
import io.featuregrid.planner.definition.ScalarType;
import io.featuregrid.planner.definition.StructType;
import io.featuregrid.planner.definition.VectorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.complex.BaseListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.MapVector;
import org.apache.arrow.vector.complex.NonNullableStructVector;
import org.jspecify.annotations.Nullable;

/** Lists, structs and vectors of Arrow to nested values; what is inside of them is converted if nothing is lost. */
final class NestedReader {
    private NestedReader() {}

    /** Writes the value at an index of a vector, which is not null; false if it has no exact counterpart. */
    private interface Values {
        boolean write(int index, NestedBytes target);
    }

    /** Where the elements of a list begin and end in the vector of elements. */
    private interface Ranges {
        int begin(int index);

        int end(int index);
    }

    /** The conversion from a vector to a nested type, or null if there is none. */
    static @Nullable LosslessConversion toNested(FieldVector vector, FeatureType type, boolean floor) {
        Values values = values(vector, type, floor);
        NestedBytes bytes = new NestedBytes();
        return values == null
                ? null
                : (row, target) -> {
                    bytes.clear();
                    boolean exact = values.write(row, bytes);
                    target.setBytes(row, exact ? bytes.toBytes() : new byte[0]);
                    return exact;
                };
    }

    private static @Nullable Values values(FieldVector vector, FeatureType type, boolean floor) {
        if (vector.getField().getDictionary() != null) {
            return null;
        }
        return switch (type) {
            case ScalarType scalar -> simple(vector, scalar, floor);
            case EnumType texts -> simple(vector, texts, floor);
            case DecimalType decimal -> simple(vector, decimal, floor);
            case ListType list -> list(vector, list, floor);
            case StructType struct -> struct(vector, struct, floor);
            case VectorType vectors -> vector(vector, vectors);
        };
    }

    private static @Nullable Values simple(FieldVector vector, FeatureType type, boolean floor) {
        ColumnType columnType = type.columnType();
        if (type instanceof ScalarType && ArrowReader.wraps(vector, columnType)) {
            Column column = ArrowReader.wrap(vector, columnType, vector.getValueCount());
            return columnType.variable()
                    ? (index, target) -> {
                        target.putBytes(column.bytesAt(index));
                        return true;
                    }
                    : (index, target) -> {
                        target.putBits(columnType, column.bitsAt(index));
                        return true;
                    };
        }
        LosslessConversion conversion = LosslessConversion.of(vector, type, floor);
        if (conversion == null) {
            return null;
        }
        ColumnBuilder converted = new ColumnBuilder(columnType, vector.getValueCount());
        return columnType.variable()
                ? (index, target) -> {
                    boolean exact = conversion.convert(index, converted);
                    if (exact) {
                        target.putBytes(converted.bytesAt(index));
                    }
                    return exact;
                }
                : (index, target) -> {
                    boolean exact = conversion.convert(index, converted);
                    target.putBits(columnType, converted.bitsAt(index));
                    return exact;
                };
    }

    private static @Nullable Values list(FieldVector vector, ListType type, boolean floor) {
        Ranges ranges = ranges(vector);
        if (ranges == null) {
            return null;
        }
        FieldVector elements = vector.getChildrenFromFields().getFirst();
        Values values = valuesOrNulls(elements, type.element(), floor);
        return values == null
                ? null
                : (index, target) -> {
                    int begin = ranges.begin(index);
                    int end = ranges.end(index);
                    target.putInt(end - begin);
                    for (int element = begin; element < end; element++) {
                        if (!writeOptional(elements, values, element, target)) {
                            return false;
                        }
                    }
                    return true;
                };
    }

    private static @Nullable Values struct(FieldVector vector, StructType type, boolean floor) {
        if (!(vector instanceof NonNullableStructVector struct)) {
            return null;
        }
        List<@Nullable FieldVector> children = new ArrayList<>();
        List<@Nullable Values> values = new ArrayList<>();
        int known = 0;
        for (StructType.Field field : type.fields()) {
            FieldVector child = struct.getChild(field.name());
            Values read = child == null ? null : valuesOrNulls(child, field.type(), floor);
            if (child != null && read == null) {
                return null;
            }
            known += child == null ? 0 : 1;
            children.add(child);
            values.add(read);
        }
        return known < struct.getChildrenFromFields().size()
                ? null
                : (index, target) -> {
                    for (int field = 0; field < children.size(); field++) {
                        if (!writeOptional(children.get(field), values.get(field), index, target)) {
                            return false;
                        }
                    }
                    return true;
                };
    }

    /** A vector of nulls has any type. */
    private static @Nullable Values valuesOrNulls(FieldVector vector, FeatureType type, boolean floor) {
        return ArrowReader.onlyNulls(vector) ? (index, target) -> false : values(vector, type, floor);
    }

    private static boolean writeOptional(
            @Nullable FieldVector vector, @Nullable Values values, int index, NestedBytes target) {
        if (vector == null || values == null || vector.isNull(index)) {
            target.putPresent(false);
            return true;
        }
        target.putPresent(true);
        return values.write(index, target);
    }

    private static @Nullable Values vector(FieldVector vector, VectorType type) {
        Ranges ranges = ranges(vector);
        if (ranges == null) {
            return null;
        }
        FieldVector elements = vector.getChildrenFromFields().getFirst();
        boolean anyNull = elements.getNullCount() > 0;
        Values numbers = numbers(elements, type);
        return numbers == null
                ? null
                : (index, target) -> {
                    int begin = ranges.begin(index);
                    if (ranges.end(index) - begin != type.length()) {
                        return false;
                    }
                    for (int element = begin; anyNull && element < begin + type.length(); element++) {
                        if (elements.isNull(element)) {
                            return false;
                        }
                    }
                    target.putInt(type.length());
                    return numbers.write(begin, target);
                };
    }

    /** Writes all numbers of the vector that begins at an index of the elements. */
    private static @Nullable Values numbers(FieldVector elements, VectorType type) {
        boolean same = switch (type.element()) {
            case FLOAT32 -> elements instanceof Float4Vector;
            case FLOAT64 -> elements instanceof Float8Vector;
        };
        if (same) {
            MemorySegment data = ArrowMemory.segment(elements.getDataBuffer());
            long width = type.element().width();
            return (begin, target) -> {
                target.putRaw(data.asSlice(begin * width, type.length() * width).toArray(ValueLayout.JAVA_BYTE));
                return true;
            };
        }
        LosslessConversion conversion =
                elements.getField().getDictionary() == null ? NumberConversions.toFloat64(elements) : null;
        if (conversion == null) {
            return null;
        }
        ColumnBuilder converted = new ColumnBuilder(ColumnType.FLOAT64, elements.getValueCount());
        return (begin, target) -> {
            for (int element = begin; element < begin + type.length(); element++) {
                if (!conversion.convert(element, converted)
                        || !writeNumber(type, Double.longBitsToDouble(converted.bitsAt(element)), target)) {
                    return false;
                }
            }
            return true;
        };
    }

    private static boolean writeNumber(VectorType type, double number, NestedBytes target) {
        return switch (type.element()) {
            case FLOAT64 -> {
                target.putLong(Double.doubleToRawLongBits(number));
                yield true;
            }
            case FLOAT32 -> {
                target.putInt(Float.floatToRawIntBits((float) number));
                yield Double.compare((float) number, number) == 0;
            }
        };
    }

    private static @Nullable Ranges ranges(FieldVector vector) {
        return switch (vector) {
            case MapVector maps -> null;
            case BaseListVector lists ->
                new Ranges() {
                    @Override
                    public int begin(int index) {
                        return lists.getElementStartIndex(index);
                    }

                    @Override
                    public int end(int index) {
                        return lists.getElementEndIndex(index);
                    }
                };
            case LargeListVector lists ->
                new Ranges() {
                    @Override
                    public int begin(int index) {
                        return Math.toIntExact(lists.getElementStartIndex(index));
                    }

                    @Override
                    public int end(int index) {
                        return Math.toIntExact(lists.getElementEndIndex(index));
                    }
                };
            default -> null;
        };
    }
}
