package io.featuregrid.flightserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A stream that was read to its end.
 *
 * @param columns the values of each column, dictionaries decoded
 * @param messageRows the rows of each message
 * @param report the metadata of the last message, or null
 */
@SuppressWarnings("try") // Flight's streams may be interrupted when they are closed
record Answer(
        Schema schema,
        List<List<@Nullable Object>> columns,
        List<Integer> messageRows,
        @Nullable JsonNode report) {
    /** Sends batches of one schema as a spine, none if there are none, and reads the whole answer. */
    static Answer exchange(
            FlightNode node,
            FlightDescriptor descriptor,
            Schema schema,
            DictionaryProvider dictionaries,
            List<VectorSchemaRoot> batches)
            throws Exception {
        try (FlightClient.ExchangeReaderWriter exchange = node.client().doExchange(descriptor);
                VectorSchemaRoot sent = VectorSchemaRoot.create(schema, node.allocator())) {
            exchange.getWriter().start(sent, dictionaries);
            for (VectorSchemaRoot batch : batches) {
                Batches.load(sent, batch);
                exchange.getWriter().putNext();
            }
            exchange.getWriter().completed();
            return read(exchange.getReader());
        }
    }

    static Answer exchange(FlightNode node, String command, VectorSchemaRoot... batches) throws Exception {
        return exchange(
                node,
                FlightNode.trainingSet(command),
                batches[0].getSchema(),
                new DictionaryProvider.MapDictionaryProvider(),
                List.of(batches));
    }

    static Answer read(FlightStream stream) {
        List<List<@Nullable Object>> columns = new ArrayList<>();
        List<Integer> messageRows = new ArrayList<>();
        JsonNode report = null;
        while (stream.next()) {
            VectorSchemaRoot root = stream.getRoot();
            messageRows.add(root.getRowCount());
            for (int column = 0; column < root.getFieldVectors().size(); column++) {
                if (columns.size() == column) {
                    columns.add(new ArrayList<>());
                }
                append(columns.get(column), root.getVector(column), stream.getDictionaryProvider());
            }
            if (stream.getLatestMetadata() != null) {
                report = FlightNode.json(FlightNode.bytes(stream.getLatestMetadata()));
            }
        }
        return new Answer(stream.getSchema(), columns, messageRows, report);
    }

    /** The values of a column by its name. */
    List<@Nullable Object> column(String name) {
        List<String> names =
                schema.getFields().stream().map(field -> field.getName()).toList();
        return columns.get(names.indexOf(name));
    }

    private static void append(List<@Nullable Object> values, FieldVector vector, DictionaryProvider dictionaries) {
        if (vector.getField().getDictionary() == null) {
            for (int row = 0; row < vector.getValueCount(); row++) {
                Object value = vector.getObject(row);
                values.add(value instanceof org.apache.arrow.vector.util.Text text ? text.toString() : value);
            }
            return;
        }
        Dictionary dictionary =
                dictionaries.lookup(vector.getField().getDictionary().getId());
        try (FieldVector decoded = (FieldVector) DictionaryEncoder.decode(vector, dictionary)) {
            append(values, decoded, dictionaries);
        }
    }
}
