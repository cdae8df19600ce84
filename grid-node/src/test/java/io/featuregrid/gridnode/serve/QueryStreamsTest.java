package io.featuregrid.gridnode.serve;

import static io.featuregrid.gridnode.serve.RunningPort.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.arrow.ColumnStreamReader;
import io.featuregrid.planner.batch.arrow.ColumnStreamWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class QueryStreamsTest {
    private static final String JSON = "application/json";

    private final HeapNode node = new HeapNode(
            false,
            "{'name': 'a', 'key': ['id'], 'features': [{'name': 'id', 'type': 'int64'},"
                    + " {'name': 'x', 'type': 'float64', 'nullable': true}, {'name': 'n', 'type': 'int64', 'default': 5}]}");
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void close() {
        client.close();
        node.close();
    }

    @Test
    void aStreamIsAnsweredByAStream() throws Exception {
        node.ask("/v1/upload", "{'rows': [{'a.id': 1, 'a.x': 1.5, 'a.n': 1}, {'a.id': 2, 'a.x': null}]}");

        HttpResponse<byte[]> reply = post(keys("{\"outputs\": [\"a.x\", \"a.n\"]}", 2, 1, 9), QueryStreams.ARROW, null);

        assertThat(reply.statusCode()).isEqualTo(200);
        assertThat(reply.headers().firstValue("content-type")).hasValue(QueryStreams.ARROW);
        try (RootAllocator allocator = new RootAllocator();
                ColumnStreamReader stream = new ColumnStreamReader(new ByteArrayInputStream(reply.body()), allocator)) {
            assertThat(stream.names()).containsExactly("a.x", "a.n");
            JsonNode rest = json(stream.metadata().getOrDefault("reply", ""));
            assertThat(rest.path("errors").isNull()).isTrue();
            assertThat(rest.path("meta").path("query_timestamp").textValue()).isEqualTo(HeapNode.NOW);
            FeatureBatch batch = stream.read(List.of(ColumnType.FLOAT64, ColumnType.INT64), 10);
            assertThat(describe(batch.column(0))).containsExactly("null", "1.5", "null");
            assertThat(describe(batch.column(1))).containsExactly("5", "1", "5");
        }
    }

    @Test
    void acceptSaysOfWhatKindTheAnswerIs() throws Exception {
        HttpResponse<byte[]> text = post(keys("{\"outputs\": [\"a.n\"]}", 1), QueryStreams.ARROW, JSON);
        assertThat(json(new String(text.body(), java.nio.charset.StandardCharsets.UTF_8))
                        .path("data"))
                .isEqualTo(json("{\"a.n\": [5]}"));

        byte[] query = "{\"inputs\": {\"a.id\": [1]}, \"outputs\": [\"a.n\"]}"
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
        assertThat(post(query, JSON, QueryStreams.ARROW).headers().firstValue("content-type"))
                .hasValue(QueryStreams.ARROW);
    }

    @Test
    void whatIsNoStreamOrNoQueryIsRefused() throws Exception {
        byte[] good = keys("{\"outputs\": [\"a.n\"]}", 1, 2);
        assertThat(code(post(new byte[] {1, 2, 3}, QueryStreams.ARROW, null))).isEqualTo("PARSE_FAILED");
        for (int length = 0; length < good.length - 8; length += 7) {
            HttpResponse<byte[]> cut = post(Arrays.copyOf(good, length), QueryStreams.ARROW, null);
            // A stream may end between two messages: then it has fewer rows.
            assertThat(cut.statusCode()).as("cut to " + length).isIn(200, 400);
        }
        assertThat(code(post(keys("{\"outputs\": [\"a.n\"]", 1), QueryStreams.ARROW, null)))
                .isEqualTo("PARSE_FAILED");
        assertThat(code(post(keys("{\"outputs\": [\"a.what\"]}", 1), QueryStreams.ARROW, null)))
                .isEqualTo("PARSE_FAILED");
        assertThat(code(post(
                        keys("{\"inputs\": {\"a.id\": [1]}, \"outputs\": [\"a.n\"]}", 1), QueryStreams.ARROW, null)))
                .isEqualTo("INVALID_QUERY");
        assertThat(post(keys("{\"outputs\": [\"a.n\"]}", new long[HeapNode.MOST_VALUES + 1]), QueryStreams.ARROW, null)
                        .statusCode())
                .isEqualTo(413);
    }

    private static List<String> describe(Column column) {
        return java.util.stream.IntStream.range(0, column.rows())
                .mapToObj(column::describe)
                .toList();
    }

    private static byte[] keys(String query, long... ids) {
        ColumnBuilder builder = new ColumnBuilder(ColumnType.INT64, ids.length);
        for (int row = 0; row < ids.length; row++) {
            builder.setBits(row, ids[row]);
        }
        try (RootAllocator allocator = new RootAllocator()) {
            return ColumnStreamWriter.write(
                    FeatureBatch.onHeap(List.of("a.id"), List.of(builder.build()), ids.length),
                    List.of(ColumnType.INT64),
                    Map.of("query", query),
                    allocator);
        }
    }

    private HttpResponse<byte[]> post(byte[] body, String contentType, @org.jspecify.annotations.Nullable String accept)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + node.port.number() + "/v1/query/bulk"))
                .header("content-type", contentType)
                .POST(BodyPublishers.ofByteArray(body));
        if (accept != null) {
            request.header("accept", accept);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    private static String code(HttpResponse<byte[]> reply) {
        return json(new String(reply.body(), java.nio.charset.StandardCharsets.UTF_8))
                .path("errors")
                .path(0)
                .path("code")
                .textValue();
    }
}
