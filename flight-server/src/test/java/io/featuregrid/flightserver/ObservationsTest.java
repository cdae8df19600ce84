package io.featuregrid.flightserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.apache.arrow.flight.FlightClient.ClientStreamListener;
import org.apache.arrow.flight.FlightRuntimeException;
import org.apache.arrow.flight.FlightStream;
import org.apache.arrow.flight.Ticket;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream of observations is stored whole or not at all. */
@SuppressWarnings("try") // Flight's streams may be interrupted when they are closed
class ObservationsTest {
    @TempDir
    private Path home;

    private FlightNode node;

    @BeforeEach
    void start() {
        node = new FlightNode(home);
    }

    @AfterEach
    void close() {
        node.close();
    }

    @Test
    void rowsAreStoredAndCounted() throws Exception {
        try (VectorSchemaRoot rows = new Table(node.allocator())
                .texts("faa", "JFK", "LGA")
                .integers("temp", 1L, null)
                .root()) {
            JsonNode counts = node.put("airport", "{'observed_at': '2013-01-01', 'ingest_id': 'first'}", rows);

            assertThat(counts.path("rows").intValue()).isEqualTo(2);
            assertThat(counts.path("history").intValue()).isEqualTo(2);
            assertThat(counts.path("online").intValue()).isEqualTo(2);
            assertThat(counts.path("inserted_at").textValue()).startsWith("2013-06-01T00:00:00");
            assertThat(counts.path("ingest_id").textValue()).isEqualTo("first");
        }
        Answer stored = history();
        assertThat(stored.column("faa")).containsExactlyInAnyOrder("JFK", "LGA");
        assertThat(stored.column("temp")).containsExactlyInAnyOrder(1.0, null);
    }

    @Test
    void optionsMayComeInAMessageOfTheirOwn() throws Exception {
        try (VectorSchemaRoot rows =
                new Table(node.allocator()).texts("faa", "JFK").root()) {
            ClientStreamListener writer = node.startPut("airport", rows);
            writer.putMetadata(node.buffer("{'observed_at': '2013-01-01'}"));
            writer.putNext();
            writer.putNext();
            writer.completed();
            writer.getResult();
        }
        assertThat(history().column("__observed_at")).hasSize(2).containsOnly(1_356_998_400_000_000L);
    }

    @Test
    void optionsBehindTheFirstRowsAreRefused() throws Exception {
        try (VectorSchemaRoot rows =
                new Table(node.allocator()).texts("faa", "JFK").root()) {
            ClientStreamListener writer = node.startPut("airport", rows);
            writer.putNext();
            writer.putNext(node.buffer("{'observed_at': '2013-01-01'}"));
            writer.completed();
            assertThatThrownBy(writer::getResult)
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageStartingWith("INVALID_QUERY: the options of the ingest into 'airport' come after row 0");
        }
        assertThat(rowsStored()).isZero();
    }

    @Test
    void oneBadRowRefusesTheWholeStream() throws Exception {
        try (VectorSchemaRoot rows =
                        new Table(node.allocator()).texts("faa", "JFK", "LGA").root();
                VectorSchemaRoot bad =
                        new Table(node.allocator()).texts("faa", "EWR", null).root()) {
            ClientStreamListener writer = node.startPut("airport", rows);
            writer.putNext();
            Batches.load(rows, bad);
            writer.putNext();
            writer.completed();
            assertThatThrownBy(writer::getResult)
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageStartingWith("VALIDATION_FAILED: 'airport.faa' is null in row 3");
        }
        assertThat(rowsStored()).isZero();
    }

    @Test
    void aStreamThatBreaksOffStoresNothing() throws Exception {
        try (VectorSchemaRoot rows =
                new Table(node.allocator()).texts("faa", "JFK").root()) {
            ClientStreamListener writer = node.startPut("airport", rows);
            writer.putNext();
            writer.error(new IllegalStateException("the client fails"));
            assertThatThrownBy(writer::getResult).isInstanceOf(FlightRuntimeException.class);
        }
        assertThat(rowsStored()).isZero();
    }

    @Test
    void aStreamWithoutRowsIsFine() {
        try (VectorSchemaRoot rows = new Table(node.allocator()).texts("faa").root()) {
            assertThat(node.put("airport", "{}", rows).path("rows").intValue()).isZero();
        }
    }

    @Test
    void dictionaryColumnsAreStoredAsTheirValues() throws Exception {
        try (VarCharVector words = new VarCharVector("words", node.allocator());
                VarCharVector plain = new VarCharVector("faa", node.allocator())) {
            words.setSafe(0, "LGA".getBytes(StandardCharsets.UTF_8));
            words.setSafe(1, "JFK".getBytes(StandardCharsets.UTF_8));
            words.setValueCount(2);
            plain.setSafe(0, "JFK".getBytes(StandardCharsets.UTF_8));
            plain.setValueCount(1);
            Dictionary dictionary = new Dictionary(words, new DictionaryEncoding(1, false, null));
            FieldVector encoded = (FieldVector) DictionaryEncoder.encode(plain, dictionary);
            try (VectorSchemaRoot rows =
                    new Table(node.allocator()).vector(encoded).root()) {
                ClientStreamListener writer = node.client()
                        .startPut(
                                org.apache.arrow.flight.FlightDescriptor.path("observations", "airport"),
                                rows,
                                new MapDictionaryProvider(dictionary),
                                new org.apache.arrow.flight.AsyncPutListener());
                writer.putNext();
                writer.completed();
                writer.getResult();
            }
        }
        assertThat(history().column("faa")).containsExactly("JFK");
    }

    @Test
    void aMessageAboveTheLimitIsRefused() throws Exception {
        try (VectorSchemaRoot rows =
                new Table(node.allocator()).texts("faa", "x".repeat(17 << 20)).root()) {
            ClientStreamListener writer = node.startPut("airport", rows);
            writer.putNext();
            writer.completed();
            assertThatThrownBy(writer::getResult)
                    .isInstanceOf(FlightRuntimeException.class)
                    .hasMessageMatching("TOO_LARGE: a message has \\d+ bytes \\(expected at most 16777216: .*");
        }
        assertThat(rowsStored()).isZero();
    }

    private int rowsStored() throws Exception {
        Answer answer = history();
        return answer.messageRows().stream().mapToInt(Integer::intValue).sum();
    }

    private Answer history() throws Exception {
        Ticket ticket = new Ticket("[\"history\", \"airport\"]".getBytes(StandardCharsets.UTF_8));
        try (FlightStream stream = node.client().getStream(ticket)) {
            return Answer.read(stream);
        }
    }
}
