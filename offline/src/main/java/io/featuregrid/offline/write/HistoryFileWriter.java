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
    private static final int PAGES_A_ROW_GROUP = 6;
    /** What a page of nested values should not exceed by much: vectors are long, and a reader holds a row group of each column. */
    private static final long NESTED_PAGE_BYTES = 8 << 20;

    private static final int LEAST_PAGE_ROWS = 100;
    private static final int SAMPLED_ROWS = 64;
    /** Pages end by their count of rows: it is only then that their size is looked at, so that they are aligned. */
    private static final int PAGE_BYTES = 4 << 20;

    private static final int STATISTICS_BYTES = 64;

    private final List<FileColumn> columns;
    private final List<ColumnMetrics> metrics = new ArrayList<>();
    private final MessageType schema;

    HistoryFileWriter(String table, List<FileColumn> columns) {
        this.columns = columns;
        List<Type> fields = new ArrayList<>();
        for (FileColumn column : columns) {
            fields.add(column.parquetType());
            metrics.add(new ColumnMetrics(column));
        }
        this.schema = new MessageType(table, fields);
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
        int pageRows = pageRows(rows, from, to);
        int groupRows = PAGES_A_ROW_GROUP * pageRows;
        ParquetProperties properties = properties(pageRows);
        ParquetFileWriter writer = new ParquetFileWriter(
                new LocalOutputFile(path), schema, ParquetFileWriter.Mode.CREATE, Long.MAX_VALUE, 0, null, properties);
        try (writer) {
            writer.start();
            for (int start = from; start < to; start += groupRows) {
                writeRowGroup(writer, properties, rows, start, Math.min(start + groupRows, to));
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

    /** Equally many rows for all files, but for those whose nested values are large. */
    private int pageRows(Rows rows, int from, int to) {
        long largest = 1;
        for (int column = 0; column < columns.size(); column++) {
            if (columns.get(column).type() == ColumnType.NESTED) {
                long bytes = 0;
                int step = Math.max(1, (to - from) / SAMPLED_ROWS);
                int sampled = 0;
                for (int row = from; row < to; row += step) {
                    bytes += rows.hasValue(row, column) ? rows.bytesAt(row, column).length : 0;
                    sampled++;
                }
                largest = Math.max(largest, bytes / sampled);
            }
        }
        return Math.clamp(NESTED_PAGE_BYTES / largest, LEAST_PAGE_ROWS, PAGE_ROWS);
    }

    private ParquetProperties properties(int pageRows) {
        ParquetProperties.Builder builder = ParquetProperties.builder()
                .withWriterVersion(ParquetProperties.WriterVersion.PARQUET_2_0)
                .withPageSize(PAGE_BYTES)
                .withPageRowCountLimit(pageRows)
                .withMinRowCountForPageSizeCheck(pageRows)
                .withMaxRowCountForPageSizeCheck(pageRows)
                .withColumnIndexTruncateLength(STATISTICS_BYTES)
                .withStatisticsTruncateLength(STATISTICS_BYTES)
                .withAllocator(new HeapByteBufferAllocator());
        for (FileColumn column : columns) {
            for (ColumnDescriptor leaf : leaves(schema.getType(column.name()))) {
                builder.withDictionaryEncoding(String.join(".", leaf.getPath()), !column.ordered() && !number(leaf));
            }
        }
        return builder.build();
    }

    private void writeRowGroup(ParquetFileWriter writer, ParquetProperties properties, Rows rows, int from, int to)
            throws IOException {
        int pageRows = properties.getPageRowCountLimit();
        try (ColumnChunkPageWriteStore pages = new ColumnChunkPageWriteStore(
                        new PlainCodecs().getCompressor(CompressionCodecName.UNCOMPRESSED),
                        schema,
                        new HeapByteBufferAllocator(),
                        STATISTICS_BYTES);
                ColumnWriteStore store = properties.newColumnWriteStore(schema, pages)) {
            for (int start = from; start < to; start += pageRows) {
                int end = Math.min(start + pageRows, to);
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
            case STRING, BINARY, DECIMAL, NESTED ->
                throw new IllegalArgumentException("bits of a column of type " + type);
        }
    }
}
