package io.featuregrid.offline.world;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * A cell without a value. Other cells are a Long (INT64, TIMESTAMP in microseconds, DATE in days, INT32), Double, String, Boolean, or a
 * ByteBuffer with the bytes of a BINARY, a DECIMAL or a NESTED value.
 */
public enum Cell {
    NULL,
    MISSING;

    /** What a column holds at a row. */
    public static Object at(Column column, int row) {
        if (!column.isPresent(row)) {
            return MISSING;
        }
        if (!column.hasValue(row)) {
            return NULL;
        }
        return switch (column.type()) {
            case INT32, INT64, TIMESTAMP, DATE -> column.bitsAt(row);
            case FLOAT64 -> column.doubleAt(row);
            case BOOL -> column.booleanAt(row);
            case STRING -> new String(column.bytesAt(row), StandardCharsets.UTF_8);
            case BINARY, DECIMAL, NESTED -> ByteBuffer.wrap(column.bytesAt(row));
        };
    }

    /** Puts a cell into a builder of its type. */
    public static void set(ColumnBuilder target, int row, Object cell) {
        switch (cell) {
            case MISSING -> target.setMissing(row);
            case NULL -> target.setNull(row);
            case Long number -> target.setBits(row, number);
            case Double number -> target.setDouble(row, number);
            case Boolean truth -> target.setBits(row, truth ? 1 : 0);
            case String text -> target.setBytes(row, text.getBytes(StandardCharsets.UTF_8));
            case ByteBuffer bytes -> {
                byte[] copy = new byte[bytes.remaining()];
                bytes.duplicate().get(copy);
                target.setBytes(row, copy);
            }
            default -> throw new IllegalArgumentException("cell is a " + cell.getClass());
        }
    }
}
