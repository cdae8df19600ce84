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
    private List<ColumnReader> readers = List.of();
    private int[] readerOf = {};
    private long rowsLeft;

    /**
     * A column to read, by Iceberg's id of it.
     *
     * @param always whether a file that lacks it is damaged
     */
    public record Wanted(int fieldId, ColumnType type, boolean always) {}

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
                if (readerOf[column] >= 0) {
                    decode(readers.get(readerOf[column]), chunk.columns.get(column), chunk.rows);
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
        readerOf = new int[wanted.size()];
        for (int column = 0; column < readerOf.length; column++) {
            readerOf[column] = -1;
            for (Type field : schema.getFields()) {
                if (field.getId() != null
                        && field.getId().intValue() == wanted.get(column).fieldId()) {
                    readerOf[column] = fields.size();
                    chunk.inFile[column] = true;
                    fields.add(field);
                }
            }
            if (readerOf[column] < 0 && wanted.get(column).always()) {
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
        readers = projection.getColumns().stream().map(store::getColumnReader).toList();
        return rowsLeft > 0 || openRowGroup();
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
