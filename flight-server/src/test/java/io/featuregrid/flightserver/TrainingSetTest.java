package io.featuregrid.flightserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.types.pojo.Schema;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Output row i is spine row i: the spine as it came, beside it its features. */
class TrainingSetTest {
    private static final long NOON = FlightNode.NOW;
    private static final long HOUR = 3_600_000_000L;

    @TempDir
    private Path home;

    @Test
    void aSpineComesBackInItsOrderBesideItsFeatures() throws Exception {
        try (FlightNode node = new FlightNode(home)) {
            putWeather(node);
            try (VectorSchemaRoot spine = new Table(node.allocator())
                    .times("ts", NOON, NOON + 2 * HOUR, NOON, null, NOON, NOON - HOUR)
                    .texts("faa", "JFK", "JFK", "JFK", "JFK", null, "XXX")
                    .root()) {
                Answer answer = Answer.exchange(
                        node,
                        "{'type': 'training_set', 'time': 'ts', 'keys': {'airport.faa': 'faa'},"
                                + " 'features': ['airport.temp', 'airport.wind']}",
                        spine);

                assertThat(answer.column("faa")).containsExactly("JFK", "JFK", "JFK", "JFK", null, "XXX");
                assertThat(answer.column("airport.temp")).containsExactly(1.0, 3.0, 1.0, null, null, null);
                // A carried null stays null; the default is for MISSING only.
                assertThat(answer.column("airport.wind")).containsExactly(10L, null, 10L, -1L, -1L, -1L);
                JsonNode report = report(answer);
                assertThat(report.path("rows").intValue()).isEqualTo(6);
                assertThat(report.path("dropped").intValue()).isZero();
                assertThat(report.path("missing").path("airport.wind").intValue())
                        .isEqualTo(3);
                assertThat(report.path("catalog_version").intValue()).isEqualTo(1);
                assertThat(report.path("trace_id").textValue()).hasSize(32);
                assertThat(report.path("snapshot").textValue()).startsWith("airport@");
            }
        }
    }

    @Test
    void requiredDropsRowsAndNothingElseDoes() throws Exception {
        try (FlightNode node = new FlightNode(home)) {
            putWeather(node);
            try (VectorSchemaRoot spine = new Table(node.allocator())
                    .times("ts", NOON, NOON, NOON)
                    .texts("faa", "XXX", "JFK", "YYY")
                    .integers("label", 1L, 2L, 3L)
                    .root()) {
                Answer answer = Answer.exchange(
                        node,
                        "{'type': 'training_set', 'time': 'ts', 'keys': {'airport.faa': 'faa'},"
                                + " 'features': ['airport.wind'], 'required': ['airport.temp']}",
                        spine);

                assertThat(answer.column("label")).containsExactly(2L);
                assertThat(answer.column("airport.wind")).containsExactly(10L);
                assertThat(report(answer).path("rows").intValue()).isEqualTo(1);
                assertThat(report(answer).path("dropped").intValue()).isEqualTo(2);
                assertThat(report(answer).path("missing").path("airport.wind").intValue())
                        .isZero();
            }
        }
    }

    @Test
    void aSpineWithoutRowsGetsASchemaAndAReport() throws Exception {
        try (FlightNode node = new FlightNode(home);
                VectorSchemaRoot spine =
                        new Table(node.allocator()).times("ts").texts("faa").root()) {
            String command = "{'type': 'training_set', 'time': 'ts', 'keys': {'airport.faa': 'faa'},"
                    + " 'features': ['airport.temp']}";
            Answer ofAnEmptyBatch = Answer.exchange(node, command, spine);
            Answer ofNoBatch = Answer.exchange(
                    node, FlightNode.trainingSet(command), spine.getSchema(), new MapDictionaryProvider(), List.of());

            for (Answer answer : List.of(ofAnEmptyBatch, ofNoBatch)) {
                assertThat(answer.schema().getFields())
                        .extracting(Field::getName)
                        .containsExactly("ts", "faa", "airport.temp");
                assertThat(report(answer).path("rows").intValue()).isZero();
                assertThat(report(answer).path("missing").path("airport.temp").intValue())
                        .isZero();
            }
        }
    }

    /** Whether a spine is kept in memory or on disk, in one batch or many, in how many windows: the answer is the same. */
    @Test
    void howASpineIsCutChangesNothing() throws Exception {
        long seed = 20_130_101;
        Random random = new Random(seed);
        FlightSettings onDisk = new FlightSettings(
                "127.0.0.1",
                0,
                16 << 20,
                8,
                new io.featuregrid.flightserver.stream.StreamLimits(2_000, 1L << 30, FlightNode.LIMITS.stall()));
        try (FlightNode node = new FlightNode(home, onDisk, 37)) {
            putWeather(node);
            List<VectorSchemaRoot> batches = new ArrayList<>();
            List<Object> labels = new ArrayList<>();
            List<Object> temperatures = new ArrayList<>();
            List<Object> lists = new ArrayList<>();
            try {
                for (int batch = 0; batch < 20; batch++) {
                    batches.add(randomSpine(node.allocator(), random, labels, temperatures, lists));
                }
                Answer answer = Answer.exchange(
                        node,
                        "{'type': 'training_set', 'time': 'ts', 'keys': {'airport.faa': 'faa'},"
                                + " 'features': ['airport.temp']}",
                        batches.toArray(VectorSchemaRoot[]::new));

                assertThat(answer.column("label")).as("seed %d", seed).isEqualTo(labels);
                assertThat(answer.column("airport.temp")).as("seed %d", seed).isEqualTo(temperatures);
                assertThat(answer.column("list")).as("seed %d", seed).isEqualTo(lists);
                assertThat(answer.schema().getCustomMetadata()).containsEntry("made", "by a test");
                assertThat(answer.schema().findField("list").getMetadata()).containsEntry("unit", "none");
            } finally {
                batches.forEach(VectorSchemaRoot::close);
            }
        }
    }

    @Test
    void aDictionaryColumnIsReadAsAKeyAndStaysEncoded() throws Exception {
        DictionaryEncoding encoding = new DictionaryEncoding(7, true, new ArrowType.Int(32, true));
        try (FlightNode node = new FlightNode(home)) {
            putWeather(node);
            try (VarCharVector words = texts(node.allocator(), "JFK", "XXX");
                    VarCharVector plain = texts(node.allocator(), "XXX", "JFK", "JFK")) {
                Dictionary dictionary = new Dictionary(words, encoding);
                FieldVector encoded = named("faa", DictionaryEncoder.encode(plain, dictionary));
                try (VectorSchemaRoot spine = new Table(node.allocator())
                        .times("ts", NOON, NOON, NOON)
                        .vector(encoded)
                        .root()) {
                    Answer answer = Answer.exchange(
                            node,
                            FlightNode.trainingSet(
                                    "{'type': 'training_set', 'time': 'ts', 'keys': {'airport.faa': 'faa'},"
                                            + " 'features': ['airport.temp']}"),
                            spine.getSchema(),
                            new MapDictionaryProvider(dictionary),
                            List.of(spine));

                    assertThat(answer.schema().findField("faa").getDictionary()).isEqualTo(encoding);
                    assertThat(answer.column("faa")).containsExactly("XXX", "JFK", "JFK");
                    assertThat(answer.column("airport.temp")).containsExactly(null, 1.0, 1.0);
                }
            }
        }
    }

    @Test
    void aLargeAnswerComesInMessagesOfABoundedSize() throws Exception {
        int rows = 150_000;
        Long[] times = new Long[rows];
        String[] texts = new String[rows];
        java.util.Arrays.fill(times, NOON);
        for (int row = 0; row < rows; row++) {
            // The rows of one end are much larger than those of the other.
            texts[row] = "x".repeat(row > rows - 200 ? 50_000 : 1);
        }
        try (FlightNode node = new FlightNode(home, new FlightSettings("127.0.0.1", 0, 64 << 20), 131_072);
                VectorSchemaRoot spine = new Table(node.allocator())
                        .times("ts", times)
                        .texts("faa", texts)
                        .root()) {
            Answer answer = Answer.exchange(
                    node,
                    "{'type': 'training_set', 'time': 'ts', 'keys': {'airport.faa': 'faa'},"
                            + " 'features': ['airport.wind']}",
                    spine);

            assertThat(answer.messageRows()).allMatch(count -> count <= 65_536);
            assertThat(answer.messageRows().getLast()).isZero();
            assertThat(answer.column("faa")).isEqualTo(List.of(texts));
        }
    }

    private static VectorSchemaRoot randomSpine(
            BufferAllocator allocator,
            Random random,
            List<Object> labels,
            List<Object> temperatures,
            List<Object> lists) {
        int rows = random.nextInt(100);
        Long[] times = new Long[rows];
        String[] keys = new String[rows];
        Long[] values = new Long[rows];
        Field child = Field.nullable("item", new ArrowType.Int(32, true));
        Field field = new Field(
                "list", new FieldType(true, new ArrowType.List(), null, Map.of("unit", "none")), List.of(child));
        ListVector list = (ListVector) field.createVector(allocator);
        UnionListWriter writer = list.getWriter();
        for (int row = 0; row < rows; row++) {
            int hours = random.nextInt(-2, 4);
            boolean known = random.nextBoolean();
            times[row] = NOON + hours * HOUR;
            keys[row] = known ? "JFK" : "X".repeat(random.nextInt(5));
            values[row] = random.nextLong();
            labels.add(values[row]);
            temperatures.add(!known || hours < 0 ? null : hours == 0 ? Double.valueOf(1) : Double.valueOf(3));
            List<Object> items = new ArrayList<>();
            writer.setPosition(row);
            writer.startList();
            for (int item = 0; item < random.nextInt(4); item++) {
                int value = random.nextInt();
                writer.writeInt(value);
                items.add(value);
            }
            writer.endList();
            lists.add(items);
        }
        list.setValueCount(rows);
        VectorSchemaRoot root = new Table(allocator)
                .times("ts", times)
                .texts("faa", keys)
                .integers("label", values)
                .vector(list)
                .root();
        Schema schema = new Schema(root.getSchema().getFields(), Map.of("made", "by a test"));
        return new VectorSchemaRoot(schema, root.getFieldVectors(), rows);
    }

    /** JFK at noon: 1.0 and 10; an hour later: 3.0 and null. */
    private static void putWeather(FlightNode node) {
        try (VectorSchemaRoot rows = new Table(node.allocator())
                .texts("faa", "JFK", "JFK")
                .times("seen", NOON, NOON + HOUR)
                .numbers("temp", 1.0, 3.0)
                .integers("wind", 10L, null)
                .root()) {
            JsonNode counts = node.put("airport", "{'observed_at': 'seen', 'allow_future': true}", rows);
            assertThat(counts.path("history").intValue()).isEqualTo(2);
        }
    }

    private static VarCharVector texts(BufferAllocator allocator, String... values) {
        VarCharVector vector = new VarCharVector("words", allocator);
        vector.allocateNew(values.length);
        for (int row = 0; row < values.length; row++) {
            vector.setSafe(row, values[row].getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        vector.setValueCount(values.length);
        return vector;
    }

    /** The same indexes under another name; takes the vector over. */
    private static FieldVector named(String name, org.apache.arrow.vector.ValueVector indexes) {
        try (IntVector source = (IntVector) indexes) {
            Field field = new Field(name, source.getField().getFieldType(), List.of());
            FieldVector target = field.createVector(source.getAllocator());
            source.makeTransferPair(target).transfer();
            return target;
        }
    }

    private static JsonNode report(Answer answer) {
        JsonNode report = answer.report();
        assertThat(report).isNotNull();
        return java.util.Objects.requireNonNull(report);
    }
}
