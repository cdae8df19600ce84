package io.featuregrid.offline.read;

import io.featuregrid.offline.layout.HistoryFile;
import io.featuregrid.offline.layout.PlainCodecs;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.parquet.HadoopFreeReadOptions;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.jspecify.annotations.Nullable;

/** Reads chosen columns of one data file, in chunks of bounded size, in the file's order. For one thread. */
public final class HistoryFileReader implements AutoCloseable {
    private static final int CHUNK_ROWS = 16 * 1024;

    private final HistoryFile file;
    private final List<Wanted> wanted;
    private final Chunk chunk;
    private @Nullable ParquetFileReader parquet;
    private MessageType projection = new MessageType("none");
    private @Nullable Type[] columnTypes = {};
    private List<@Nullable Decoder> decoders = List.of();
    private long rowsLeft;

    /**
     * A column to read, by Iceberg's id of it.
     *
     * @param always whether a file that lacks it is damaged
     */
    public record Wanted(int fieldId, ColumnType type, boolean always) {}

    /** Reads the next rows of one column. */
    private interface Decoder {
        void decode(ColumnBuilder target, int rows);
    }

    /** Consecutive rows of a file. Overwritten by the next read. */
    public static final class Chunk {
        private final List<ColumnBuilder> columns;
        private final boolean[] inFile;
        private int rows;

        private Chunk(List<Wanted> wanted) {
            this.columns = wanted.stream()
                    .map(column -> new ColumnBuilder(column.type(), CHUNK_ROWS))
                    .toList();
            this.inFile = new boolean[wanted.size()];
        }

        public int rows() {
            return rows;
        }

        /** The values of a wanted column, of which the first {@link #rows} count; all MISSING if the file lacks it. */
        public ColumnBuilder column(int index) {
            return columns.get(index);
        }

        /** Whether the file has a wanted column. */
        public boolean inFile(int index) {
            return inFile[index];
        }
    }

    /**
     * Opens a file.
     *
     * @throws FeatureGridException INTERNAL_SERVER_ERROR naming table and file if it is missing or damaged
     */
    public HistoryFileReader(HistoryFile file, List<Wanted> wanted) {
        this.file = file;
        this.wanted = List.copyOf(wanted);
        this.chunk = new Chunk(wanted);
        try {
            ParquetFileReader opened = ParquetFileReader.open(
                    new LocalInputFile(file.path()), HadoopFreeReadOptions.create(new PlainCodecs()));
            this.parquet = opened;
            if (opened.getRecordCount() != file.rows()) {
                throw new IOException("the file has " + opened.getRecordCount() + " rows");
            }
            project(opened);
        } catch (IOException | RuntimeException failure) {
            close();
            throw damaged(failure);
        }
    }

    /** The next rows, or null at the end. */
    public @Nullable Chunk next() {
        try {
            if (rowsLeft == 0 && !openRowGroup()) {
                return null;
            }
            chunk.rows = (int) Math.min(rowsLeft, CHUNK_ROWS);
            rowsLeft -= chunk.rows;
            for (int column = 0; column < wanted.size(); column++) {
                Decoder decoder = decoders.get(column);
                if (decoder != null) {
                    decoder.decode(chunk.columns.get(column), chunk.rows);
                }
            }
            return chunk;
        } catch (IOException | RuntimeException failure) {
            throw damaged(failure);
        }
    }

    @Override
    public void close() {
        if (parquet != null) {
            try {
                parquet.close();
            } catch (IOException failure) {
                throw damaged(failure);
            }
        }
    }

    private void project(ParquetFileReader opened) throws IOException {
        MessageType schema = opened.getFooter().getFileMetaData().getSchema();
        List<Type> fields = new ArrayList<>();
        columnTypes = new Type[wanted.size()];
        for (int column = 0; column < columnTypes.length; column++) {
            for (Type field : schema.getFields()) {
                if (field.getId() != null
                        && field.getId().intValue() == wanted.get(column).fieldId()) {
                    columnTypes[column] = field;
                    chunk.inFile[column] = true;
                    fields.add(field);
                }
            }
            if (columnTypes[column] == null && wanted.get(column).always()) {
                throw new IOException("the file lacks the column of field id "
                        + wanted.get(column).fieldId());
            }
        }
        projection = new MessageType(schema.getName(), fields);
        opened.setRequestedSchema(projection);
    }

    private boolean openRowGroup() throws IOException {
        if (parquet == null) {
            return false;
        }
        PageReadStore pages = parquet.readNextRowGroup();
        if (pages == null) {
            return false;
        }
        rowsLeft = pages.getRowCount();
        FileMetaData metadata = parquet.getFooter().getFileMetaData();
        ColumnReadStoreImpl store =
                new ColumnReadStoreImpl(pages, new NoConverter(), projection, metadata.getCreatedBy());
        decoders = new ArrayList<>();
        for (Type column : columnTypes) {
            decoders.add(column == null ? null : decoder(column, store));
        }
        return rowsLeft > 0 || openRowGroup();
    }

    private Decoder decoder(Type column, ColumnReadStoreImpl store) {
        if (!column.isPrimitive()) {
            NestedColumnReader nested = new NestedColumnReader(projection, column, store::getColumnReader);
            return (target, rows) -> decodeNested(nested, target, rows);
        }
        ColumnReader reader = store.getColumnReader(projection.getColumnDescription(new String[] {column.getName()}));
        return (target, rows) -> decode(reader, target, rows);
    }

    private static void decodeNested(NestedColumnReader reader, ColumnBuilder target, int rows) {
        for (int row = 0; row < rows; row++) {
            byte[] value = reader.next();
            if (value == null) {
                target.setNull(row);
            } else {
                target.setBytes(row, value);
            }
        }
    }

    private static void decode(ColumnReader reader, ColumnBuilder target, int rows) {
        int defined = reader.getDescriptor().getMaxDefinitionLevel();
        switch (target.type()) {
            case INT64, TIMESTAMP -> {
                for (int row = 0; row < rows; row++) {
                    if (reader.getCurrentDefinitionLevel() == defined) {
                        target.setBits(row, reader.getLong());
                    } else {
                        target.setNull(row);
                    }
                    reader.consume();
                }
            }
            case FLOAT64 -> {
                for (int row = 0; row < rows; row++) {
                    if (reader.getCurrentDefinitionLevel() == defined) {
                        target.setDouble(row, reader.getDouble());
                    } else {
                        target.setNull(row);
                    }
                    reader.consume();
                }
            }
            case INT32, DATE -> {
                for (int row = 0; row < rows; row++) {
                    if (reader.getCurrentDefinitionLevel() == defined) {
                        target.setBits(row, reader.getInteger());
                    } else {
                        target.setNull(row);
                    }
                    reader.consume();
                }
            }
            case BOOL -> {
                for (int row = 0; row < rows; row++) {
                    if (reader.getCurrentDefinitionLevel() == defined) {
                        target.setBits(row, reader.getBoolean() ? 1 : 0);
                    } else {
                        target.setNull(row);
                    }
                    reader.consume();
                }
            }
            case NESTED -> throw new IllegalStateException("a nested value in one column of the file");
            case DECIMAL -> {
                PrimitiveType type = reader.getDescriptor().getPrimitiveType();
                for (int row = 0; row < rows; row++) {
                    if (reader.getCurrentDefinitionLevel() == defined) {
                        target.setBytes(row, NestedColumnReader.decimal(reader, type));
                    } else {
                        target.setNull(row);
                    }
                    reader.consume();
                }
            }
            case STRING, BINARY -> {
                for (int row = 0; row < rows; row++) {
                    if (reader.getCurrentDefinitionLevel() == defined) {
                        target.setBytes(row, reader.getBinary().getBytesUnsafe());
                    } else {
                        target.setNull(row);
                    }
                    reader.consume();
                }
            }
        }
    }

    private FeatureGridException damaged(Exception cause) {
        return new FeatureGridException(
                ErrorCode.INTERNAL_SERVER_ERROR,
                "history of '" + file.table() + "' cannot be read: file "
                        + file.path().getFileName() + " is missing, truncated or damaged (expected a Parquet file of "
                        + file.rows() + " rows; restore it from a backup)",
                cause);
    }
}
