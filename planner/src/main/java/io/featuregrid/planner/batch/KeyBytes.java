package io.featuregrid.planner.batch;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** Canonical bytes of entity keys: int64 as 8 bytes little-endian, string as int32 little-endian length and UTF-8, column by column. */
public final class KeyBytes {
    private KeyBytes() {}

    /**
     * The canonical bytes of one row's key; none for the key of a global set.
     *
     * @param keys INT64 or STRING columns in the order of the key, with a value in that row
     */
    public static byte[] of(List<Column> keys, int row) {
        byte[][] texts = new byte[keys.size()][];
        int length = 0;
        for (int column = 0; column < texts.length; column++) {
            if (keys.get(column).type() == ColumnType.INT64) {
                length += Long.BYTES;
            } else {
                texts[column] = keys.get(column).bytesAt(row);
                length += Integer.BYTES + texts[column].length;
            }
        }
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int column = 0; column < texts.length; column++) {
            if (texts[column] == null) {
                bytes.putLong(keys.get(column).longAt(row));
            } else {
                bytes.putInt(texts[column].length).put(texts[column]);
            }
        }
        return bytes.array();
    }
}
