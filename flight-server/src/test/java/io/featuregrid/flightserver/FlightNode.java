package io.featuregrid.flightserver;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.featuregrid.flightserver.stream.StreamLimits;
import io.featuregrid.offline.History;
import io.featuregrid.offline.HistoryPorts;
import io.featuregrid.offline.HistorySettings;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogChange;
import io.featuregrid.planner.definition.ProposalReader;
import io.featuregrid.planner.execute.CallRunner;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.FunctionRunners;
import io.featuregrid.planner.execute.Guard;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.MonotonicStamps;
import io.featuregrid.planner.execute.TrainingSetCalls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.arrow.flight.AsyncPutListener;
import org.apache.arrow.flight.FlightClient;
import org.apache.arrow.flight.FlightDescriptor;
import org.apache.arrow.flight.Location;
import org.apache.arrow.flight.PutResult;
import org.apache.arrow.flight.SyncPutListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VectorSchemaRoot;

/**
 * A Flight port over a history of its own, and a client of it. Closing it fails if a buffer has leaked on either side or a spine is left on
 * disk.
 */
final class FlightNode implements AutoCloseable {
    /** The clock stands still here: 2013-06-01. */
    static final long NOW = 1_370_044_800_000_000L;

    static final StreamLimits LIMITS = new StreamLimits(32L << 20, 1L << 30, Duration.ofMinutes(2));

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String SETS = """
            {"sets": [
              {"name": "airport", "key": ["faa"], "feature_time": null, "relations": [], "features": [
                {"name": "faa", "type": "string", "nullable": false},
                {"name": "temp", "type": "float64", "nullable": true},
                {"name": "wind", "type": "int64", "nullable": true, "default": -1},
                {"name": "name", "type": "string", "nullable": true, "default": "none"}]},
              {"name": "flight", "key": ["id"], "feature_time": "ts", "features": [
                {"name": "id", "type": "int64", "nullable": false},
                {"name": "ts", "type": "timestamp", "nullable": false},
                {"name": "distance", "type": "int64", "nullable": true},
                {"name": "origin", "type": "string", "nullable": true}],
               "relations": [{"name": "from_airport", "set": "airport", "many": false, "colocate": false,
                              "on": {"faa": "origin"}}]}]}
            """;

    private final HeapOnlineStore online = new HeapOnlineStore();
    private final MetricRegistry metrics = new MetricRegistry();
    private final WatchedDrain drain = new WatchedDrain();
    private final Path spool;
    private static final TrainingSetCalls CALLS = new TrainingSetCalls(new CallRunner(FunctionRunners.formulasOnly()));

    private final History history;
    private final FlightPort port;
    private final BufferAllocator allocator = new RootAllocator();
    private final FlightClient client;

    FlightNode(Path home) {
        this(home, new FlightSettings("127.0.0.1", 0, 16 << 20, 8, LIMITS), 1_000);
    }

    /** @param windowRows spine rows that are joined at a time */
    FlightNode(Path home, FlightSettings settings, int windowRows) {
        spool = home.resolve("spool");
        CatalogStore catalogs = catalogs();
        catalogs.current().sets().forEach(online::prepare);
        history = History.open(
                home,
                new HistorySettings(2, windowRows, 60_000_000),
                new HistoryPorts(new MonotonicStamps(() -> NOW, 1), online, Erasures.NONE, metrics));
        port = FlightPort.start(settings, new FlightPorts(Guard.NONE, catalogs, history, drain, CALLS, metrics), spool);
        client = FlightClient.builder(allocator, Location.forGrpcInsecure("127.0.0.1", port.port()))
                .build();
    }

    FlightClient client() {
        return client;
    }

    /** The drain that is asked before history is read. */
    WatchedDrain drain() {
        return drain;
    }

    MetricRegistry metrics() {
        return metrics;
    }

    BufferAllocator allocator() {
        return allocator;
    }

    /** Closes the port before its time. */
    void closePort() {
        port.close();
    }

    static JsonNode json(byte[] bytes) {
        try {
            return JSON.readTree(bytes);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The descriptor of a training set, its command written with single quotes. */
    static FlightDescriptor trainingSet(String command) {
        return FlightDescriptor.command(command.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    ArrowBuf buffer(String text) {
        byte[] bytes = text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
        ArrowBuf buffer = allocator.buffer(bytes.length);
        buffer.writeBytes(bytes);
        return buffer;
    }

    /** Stores rows, the options with the first of them; answers the counts. */
    JsonNode put(String set, String options, VectorSchemaRoot rows) {
        try (SyncPutListener results = new SyncPutListener()) {
            FlightClient.ClientStreamListener writer =
                    client.startPut(FlightDescriptor.path("observations", set), rows, results);
            writer.putNext(buffer(options));
            writer.completed();
            try (PutResult result = results.read()) {
                byte[] counts = bytes(result.getApplicationMetadata());
                writer.getResult();
                return json(counts);
            }
        } catch (InterruptedException | ExecutionException failure) {
            throw new IllegalStateException(failure);
        }
    }

    /** Starts to store rows without any expectation of an answer. */
    FlightClient.ClientStreamListener startPut(String set, VectorSchemaRoot rows) {
        return client.startPut(FlightDescriptor.path("observations", set), rows, new AsyncPutListener());
    }

    static byte[] bytes(ArrowBuf buffer) {
        byte[] bytes = new byte[Math.toIntExact(buffer.readableBytes())];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        try {
            port.close();
        } finally {
            history.close();
        }
        allocator.close();
        try (Stream<Path> left = Files.list(spool)) {
            assertThat(left).as("spines left on disk").isEmpty();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private static CatalogStore catalogs() {
        Catalog catalog = CatalogChange.plan(
                        Catalog.EMPTY, ProposalReader.read(json(SETS.getBytes(StandardCharsets.UTF_8))))
                .next();
        return new CatalogStore() {
            @Override
            public Catalog current() {
                return catalog;
            }

            @Override
            public void replace(int base, Catalog next) {
                throw new UnsupportedOperationException("the catalog of this test does not change");
            }
        };
    }
}
