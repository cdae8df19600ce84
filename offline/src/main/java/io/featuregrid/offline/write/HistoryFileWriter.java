package io.featuregrid.offline.write;

import io.featuregrid.offline.layout.PlainCodecs;
import io.featuregrid.planner.batch.ColumnType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Metrics;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnWriteStore;
import org.apache.parquet.column.ColumnWriter;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ColumnChunkPageWriteStore;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/**
 * Writes one data file, row by row: pages of equally many rows over all columns, keys and times as differences (DELTA), other values by
 * DICTIONARY where it fits and PLAIN otherwise, nothing compressed.
 */
final class HistoryFileWriter {
    private static final int PAGE_ROWS = 20_000;
    private static final int ROW_GROUP_ROWS = 6 * PAGE_ROWS;
    /** Pages end by their count of rows: it is only then that their size is looked at, so that they are aligned. */
    private static final int PAGE_BYTES = 4 << 20;

    private static final int STATISTICS_BYTES = 64;

    private final List<FileColumn> columns;
    private final List<ColumnMetrics> metrics = new ArrayList<>();
    private final MessageType schema;
    private final ParquetProperties properties;

    HistoryFileWriter(String table, List<FileColumn> columns) {
        this.columns = columns;
        ParquetProperties.Builder builder = ParquetProperties.builder()
                .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
                .withPageSize(PAGE_BYTES)
                .withPageRowCountLimit(PAGE_ROWS)
                .withMinRowCountForPageSizeCheck(PAGE_ROWS)
                .withMaxRowCountForPageSizeCheck(PAGE_ROWS)
                .withColumnIndexTruncateLength(STATISTICS_BYTES)
                .withStatisticsTruncateLength(STATISTICS_BYTES)
                .withAllocator(new HeapByteBufferAllocator());
        List<Type> fields = new ArrayList<>();
        for (FileColumn column : columns) {
            fields.add(column.parquetType());
            metrics.add(new ColumnMetrics(column));
        }
        this.schema = new MessageType(table, fields);
        for (int column = 0; column < columns.size(); column++) {
            boolean ordered = columns.get(column).ordered();
            for (ColumnDescriptor leaf : leaves(fields.get(column))) {
                builder.withDictionaryEncoding(String.join(".", leaf.getPath()), !ordered && !number(leaf));
            }
        }
        this.properties = builder.build();
    }

    /** Hands a row's values over, column by column. */
    interface Rows {
        /** Whether the row's column holds a value. */
        boolean hasValue(int row, int column);

        /** The value of a column of fixed width, as {@link io.featuregrid.planner.batch.Column#bitsAt}. */
        long bitsAt(int row, int column);

        /** The value of a column of variable width. */
        byte[] bytesAt(int row, int column);
    }

    /** What was written. */
    record Written(long bytes, Metrics metrics) {}

    /**
     * Writes rows {@code from} to {@code to}, exclusive, in their order.
     *
     * @throws IOException if the disk refuses; the file is then incomplete and the caller's to delete
     */
    Written write(Path path, Rows rows, int from, int to) throws IOException {
        ParquetFileWriter writer = new ParquetFileWriter(
                new LocalOutputFile(path), schema, ParquetFileWriter.Mode.CREATE, Long.MAX_VALUE, 0, null, properties);
        try (writer) {
            writer.start();
            for (int start = from; start < to; start += ROW_GROUP_ROWS) {
                writeRowGroup(writer, rows, start, Math.min(start + ROW_GROUP_ROWS, to));
            }
            writer.end(Map.of());
        }
        Map<Integer, Long> sizes = new HashMap<>();
        for (BlockMetaData block : writer.getFooter().getBlocks()) {
            for (ColumnChunkMetaData chunk : block.getColumns()) {
                sizes.merge(chunk.getPrimitiveType().getId().intValue(), chunk.getTotalSize(), Long::sum);
            }
        }
        return new Written(java.nio.file.Files.size(path), ColumnMetrics.toIceberg(to - (long) from, metrics, sizes));
    }

    private void writeRowGroup(ParquetFileWriter writer, Rows rows, int from, int to) throws IOException {
        try (ColumnChunkPageWriteStore pages = new ColumnChunkPageWriteStore(
                        new PlainCodecs().getCompressor(CompressionCodecName.UNCOMPRESSED),
                        schema,
                        new HeapByteBufferAllocator(),
                        STATISTICS_BYTES);
                ColumnWriteStore store = properties.newColumnWriteStore(schema, pages)) {
            for (int start = from; start < to; start += PAGE_ROWS) {
                int end = Math.min(start + PAGE_ROWS, to);
                for (int column = 0; column < columns.size(); column++) {
                    if (columns.get(column).type() == ColumnType.NESTED) {
                        writeNested(store, rows, column, start, end);
                    } else {
                        ColumnDescriptor leaf = leaves(schema.getType(column)).getFirst();
                        writeColumn(store.getColumnWriter(leaf), rows, column, start, end);
                    }
                }
                for (int row = start; row < end; row++) {
                    store.endRecord();
                }
            }
            store.flush();
            writer.startBlock(to - (long) from);
            pages.flushToFileWriter(writer);
            writer.endBlock();
        }
    }

    private void writeNested(ColumnWriteStore store, Rows rows, int column, int from, int to) {
        NestedColumnWriter writer =
                new NestedColumnWriter(schema, schema.getType(column), leaf -> store.getColumnWriter(leaf));
        for (int row = from; row < to; row++) {
            if (rows.hasValue(row, column)) {
                writer.write(rows.bytesAt(row, column));
            } else {
                writer.writeNull();
            }
        }
    }

    /** The columns of the file that hold a column of the table. */
    private List<ColumnDescriptor> leaves(Type column) {
        return schema.getColumns().stream()
                .filter(leaf -> leaf.getPath()[0].equals(column.getName()))
                .toList();
    }

    /** Whether a leaf is the numbers of a vector: hardly any of those are equal, so a dictionary is built for nothing. */
    private static boolean number(ColumnDescriptor leaf) {
        return leaf.getPath().length > 1 && leaf.getPrimitiveType().isRepetition(Type.Repetition.REQUIRED);
    }

    private void writeColumn(ColumnWriter writer, Rows rows, int column, int from, int to) {
        ColumnMetrics measured = metrics.get(column);
        ColumnType type = columns.get(column).type();
        PrimitiveType parquetType =
                type == ColumnType.DECIMAL ? schema.getType(column).asPrimitiveType() : null;
        int defined = columns.get(column).required() ? 0 : 1;
        for (int row = from; row < to; row++) {
            if (!rows.hasValue(row, column)) {
                writer.writeNull(0, 0);
                measured.addNull();
            } else if (type.variable()) {
                byte[] bytes = rows.bytesAt(row, column);
                if (parquetType == null) {
                    writer.write(Binary.fromConstantByteArray(bytes), 0, defined);
                } else {
                    NestedColumnWriter.writeDecimal(writer, parquetType, bytes, 0, defined);
                }
                measured.addBytes(bytes);
            } else {
                long bits = rows.bitsAt(row, column);
                writeBits(writer, type, bits, defined);
                measured.addBits(bits);
            }
        }
    }

    private static void writeBits(ColumnWriter writer, ColumnType type, long bits, int defined) {
        switch (type) {
            case INT64, TIMESTAMP -> writer.write(bits, 0, defined);
            case FLOAT64 -> writer.write(Double.longBitsToDouble(bits), 0, defined);
            case INT32, DATE -> writer.write((int) bits, 0, defined);
            case BOOL -> writer.write(bits != 0, 0, defined);
            case STRING, BINARY, DECIMAL, NESTED -> throw new IllegalArgumentException("bits of a column of type " + type);
        }
    }
}
