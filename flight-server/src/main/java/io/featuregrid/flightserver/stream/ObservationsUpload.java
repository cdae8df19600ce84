package io.featuregrid.flightserver.stream;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.flightserver.request.JsonText;
import io.featuregrid.offline.History;
import io.featuregrid.offline.write.Ingest;
import io.featuregrid.offline.write.IngestCounts;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.TypedColumn;
import io.featuregrid.planner.batch.arrow.ArrowReader;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.plan.IngestOptions;
import io.featuregrid.planner.plan.IngestPlan;
import io.featuregrid.planner.time.Timestamps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.util.TransferPair;
import org.jspecify.annotations.Nullable;

/** Rows that a client uploads into a set's history: all of the stream or nothing. Safe for use by several threads. */
public final class ObservationsUpload {
    private final History history;
    private final BufferAllocator allocator;

    public ObservationsUpload(History history, BufferAllocator allocator) {
        this.history = history;
        this.allocator = allocator;
    }

    /**
     * Stores the rows of a stream.
     *
     * @param allows refuses if the caller may not do what the options of the ingest ask for
     * @return the counts as JSON, for the put metadata
     * @throws FeatureGridException what the stream is refused with; nothing is stored then
     */
    public byte[] run(FeatureSet set, IncomingStream rows, Consumer<Allowed> allows) {
        try (Upload upload = new Upload(set, allows)) {
            while (rows.next()) {
                upload.readOptions(rows.metadata());
                if (rows.hasSchema() && rows.rows().getRowCount() > 0) {
                    upload.append(rows);
                }
            }
            if (!rows.hasSchema()) {
                throw new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "the ingest into '" + set.name()
                                + "' ended before its schema (expected a schema, then batches)");
            }
            return JsonText.write(describe(upload.commit(rows)));
        }
    }

    private static ObjectNode describe(IngestCounts counts) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("rows", counts.rows())
                .put("history", counts.history())
                .put("online", counts.online())
                .put("inserted_at", Timestamps.format(counts.insertedAt()))
                .put("ingest_id", counts.ingestId());
    }

    /** One stream on its way into history. */
    private final class Upload implements AutoCloseable {
        private final FeatureSet set;
        private final Consumer<Allowed> allows;
        private @Nullable IngestOptions options;
        private @Nullable Ingest ingest;
        private @Nullable IngestPlan plan;
        private long received;

        Upload(FeatureSet set, Consumer<Allowed> allows) {
            this.set = set;
            this.allows = allows;
        }

        /** The first metadata holds the options, and must not come behind rows that were read without it; a second one abandons the ingest. */
        void readOptions(byte[] metadata) {
            if (metadata.length == 0) {
                return;
            }
            if (options != null) {
                // A put cannot be cancelled by every client: one that stops midway says so, and nothing is stored.
                throw new FeatureGridException(
                        ErrorCode.CANCELLED,
                        "the ingest into '" + set.name() + "' was abandoned by its client after row " + (received - 1)
                                + " (expected one message with metadata, the options); nothing is stored");
            }
            if (plan != null) {
                throw new FeatureGridException(
                        ErrorCode.INVALID_QUERY,
                        "the options of the ingest into '" + set.name() + "' come after row " + (received - 1)
                                + " (expected them with the first batch, or before it)");
            }
            options = IngestOptions.read(JsonText.read(metadata, "the options of the ingest"));
        }

        void append(IncomingStream rows) {
            IngestPlan begun = begin(rows);
            FeatureBatch batch = read(rows, begun);
            received += batch.rows();
            open(begun).append(batch);
        }

        IngestCounts commit(IncomingStream rows) {
            return open(begin(rows)).commit();
        }

        @Override
        public void close() {
            if (ingest != null) {
                ingest.close();
            }
        }

        private IngestPlan begin(IncomingStream rows) {
            if (plan == null) {
                IngestOptions chosen =
                        options == null ? IngestOptions.read(JsonNodeFactory.instance.objectNode()) : options;
                List<String> names = rows.rows().getSchema().getFields().stream()
                        .map(Field::getName)
                        .toList();
                boolean imports = chosen.preserveInsertedAt() != null || chosen.allowFuture();
                allows.accept(Allowed.to(imports ? Role.IMPORT : Role.INGEST));
                plan = IngestPlan.plan(set, chosen, names);
            }
            return plan;
        }

        private Ingest open(IngestPlan begun) {
            if (ingest == null) {
                ingest = history.ingest(begun);
            }
            return ingest;
        }

        /** Moves the current rows out of the stream, whose next message would free them. */
        private FeatureBatch read(IncomingStream rows, IngestPlan begun) {
            VectorSchemaRoot root = rows.rows();
            List<FieldVector> owned = new ArrayList<>();
            try {
                List<String> names = new ArrayList<>();
                List<Column> columns = new ArrayList<>();
                for (int index = 0; index < begun.columns().size(); index++) {
                    TypedColumn wanted = begun.columns().get(index);
                    String subject = "column '" + wanted.name() + "' of the ingest into '" + set.name() + "'";
                    FieldVector vector = own(root.getVector(index), rows, subject);
                    owned.add(vector);
                    names.add(wanted.name());
                    columns.add(ArrowReader.read(
                            vector,
                            wanted.valueType(),
                            new ArrowReader.Reading(
                                    subject, received, begun.options().floor())));
                }
                return new FeatureBatch(names, columns, root.getRowCount(), () -> owned.forEach(FieldVector::close));
            } catch (RuntimeException failure) {
                owned.forEach(FieldVector::close);
                throw failure;
            }
        }

        private FieldVector own(FieldVector vector, IncomingStream rows, String subject) {
            if (vector.getField().getDictionary() != null) {
                return Dictionaries.decode(vector, rows.dictionaries(), subject, allocator);
            }
            TransferPair pair = vector.getTransferPair(allocator);
            pair.transfer();
            return (FieldVector) pair.getTo();
        }
    }
}
