package io.featuregrid.gridnode.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.cache.expiry.Duration;
import javax.cache.expiry.TouchedExpiryPolicy;
import javax.cache.processor.MutableEntry;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteBinary;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.Ignition;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryType;
import org.apache.ignite.cache.CacheEntryProcessor;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.cache.query.ContinuousQuery;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.cache.query.SqlFieldsQuery;
import org.apache.ignite.client.ClientAuthorizationException;
import org.apache.ignite.client.ClientCache;
import org.apache.ignite.client.ClientCollectionConfiguration;
import org.apache.ignite.client.ClientException;
import org.apache.ignite.client.IgniteClient;
import org.apache.ignite.cluster.ClusterState;
import org.apache.ignite.configuration.CacheConfiguration;
import org.apache.ignite.configuration.ClientConfiguration;
import org.apache.ignite.internal.binary.GridBinaryMarshaller;
import org.apache.ignite.internal.processors.platform.client.ClientStatus;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What a thin client of Ignite's can do with a grid: read the caches of feature sets, and nothing else. */
class ReaderTest {
    @TempDir
    private static Path folder;

    private static Grid grid;
    private static Grid other;
    private static IgniteClient client;

    @BeforeAll
    static void start() {
        grid = Grid.start(Grids.settings(folder.resolve("first")));
        other = Grid.start(Grids.settings(folder.resolve("second"), grid.discoveryAddress()));
        GridCatalogStore.open(grid, Optional.of(Catalogs.version(1))).close();
        GridErasures.open(grid).close();
        Ignite ignite = grid.ignite();
        IgniteCache<Object, BinaryObject> flights = cache("flight");
        for (long id = 0; id < 100; id++) {
            flights.put(id, row("flight.1", id));
        }
        cache("plane").put("N1", row("plane.1", 1));
        cache("leg").put(legKey(ignite.binary()), row("leg.1", 2));
        cache("leg__by__plane").put(1L, row("leg.1", 3));
        // The other addresses of the grid are not asked, so that rows of the other node are read through this one.
        client = Ignition.startClient(
                new ClientConfiguration().setAddresses(grid.thinAddress()).setClusterDiscoveryEnabled(false));
    }

    @AfterAll
    static void stop() {
        client.close();
        other.close();
        grid.close();
    }

    @Test
    void rowsAreReadByNumberAndByTextWhicheverNodeHasThem() {
        ClientCache<Object, BinaryObject> flights = read("flight");
        for (long id = 0; id < 100; id++) {
            assertThat(flights.get(id).<Long>field("number")).isEqualTo(id);
        }
        assertThat(flights.get(100L)).isNull();
        assertThat(flights.containsKey(7L)).isTrue();
        assertThat(read("plane").get("N1").<Long>field("number")).isEqualTo(1);
        BinaryObject row = flights.get(5L);
        assertThat(row.hasField("name")).isTrue();
        assertThat(row.<Object>field("name")).isNull();
        assertThat(row.hasField("other")).isFalse();
    }

    @Test
    void manyRowsAreReadAtOnce() {
        Set<Object> keys = LongStream.range(50, 150).boxed().collect(Collectors.toSet());
        Map<Object, BinaryObject> rows = read("flight").getAll(keys);
        assertThat(rows).hasSize(50);
        assertThat(rows)
                .allSatisfy(
                        (key, row) -> assertThat(row.<Object>field("number")).isEqualTo(key));
    }

    @Test
    void rowsAreReadByACompositeKeyOfAnyClient() {
        assertThat(read("leg").get(legKey(client.binary())).<Long>field("number"))
                .isEqualTo(2);
        BinaryObject otherOrder = client.binary()
                .builder("leg.key")
                .setField("carrier", "UA")
                .setField("id", 5L)
                .build();
        assertThat(read("leg").containsKey(legKey(client.binary()))).isTrue();
        // Another order is another key, by Ignite's rule; it finds nothing and harms nothing.
        assertThat(read("leg").get(otherOrder)).isNull();
    }

    @Test
    void nothingButReadingFeatureSetsIsAllowed() {
        Set<String> cachesBefore = new TreeSet<>(grid.ignite().cacheNames());
        Map<String, Executable> attempts = writes();
        attempts.putAll(administration());
        List<String> allowed = attempts.entrySet().stream()
                .filter(attempt -> !isRefused(attempt.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        assertThat(allowed).as("what a thin client could do").isEmpty();
        assertThat(grid.ignite().cacheNames()).containsExactlyInAnyOrderElementsOf(cachesBefore);
        assertThat(grid.ignite().cluster().state()).isEqualTo(ClusterState.ACTIVE);
        assertThat(grid.ignite().cluster().isWalEnabled("flight")).isTrue();
        assertThat(read("flight").get(7L).<Long>field("number")).isEqualTo(7);
    }

    @Test
    void cachesThatAreNoFeatureSetsAreNotRead() {
        for (String name : List.of("__catalog", "__erasures", "__nodes", "leg__by__plane")) {
            assertThatThrownBy(() -> client.cache(name).get("catalog"))
                    .as(name)
                    .isInstanceOf(ClientException.class)
                    .hasMessageContaining("a thin client asked for CACHE_READ of '" + name + "'");
            assertThatThrownBy(() -> client.cache(name).getAll(Set.of("catalog")))
                    .as(name)
                    .isInstanceOf(ClientException.class);
            assertThatThrownBy(() -> client.cache(name).containsKey("catalog"))
                    .as(name)
                    .isInstanceOf(ClientException.class);
        }
        assertThatThrownBy(() -> client.cache("ignite-sys-cache").get("catalog"))
                .hasMessageContaining("is a system cache");
    }

    @Test
    void theTypesOfRowsStayAsTheyAre() {
        BinaryType before = grid.ignite().binary().type("flight.1");
        Map<String, Executable> attempts = Map.of(
                "a field more", () -> key("flight.1", "extra", 1L),
                "a field more of a key", () -> key("leg.key", "surprise", 1L),
                "a type that may come", () -> key("flight.2", "number", "text"));
        assertThat(attempts)
                .allSatisfy((what, attempt) ->
                        assertThat(isRefused(attempt)).as(what).isTrue());
        assertThat(grid.ignite().binary().type("flight.1").fieldNames()).isEqualTo(before.fieldNames());
        assertThat(grid.ignite().binary().type("flight.1").fieldTypeName("number"))
                .isEqualTo("long");
        assertThat(grid.ignite().binary().type("leg.key").fieldNames()).containsExactlyInAnyOrder("id", "carrier");
        assertThat(grid.ignite().binary().type("flight.2")).isNull();
    }

    @Test
    void theTypeOfAFieldStaysAsItIs() throws IOException {
        // Ignite's own client refuses this before it sends it, so it is sent by hand.
        assertThat(statusOfStating("flight.1", "number", GridBinaryMarshaller.LONG))
                .isEqualTo(ClientStatus.SUCCESS);
        assertThat(statusOfStating("flight.1", "number", GridBinaryMarshaller.STRING))
                .isEqualTo(ClientStatus.SECURITY_VIOLATION);
        assertThat(grid.ignite().binary().type("flight.1").fieldTypeName("number"))
                .isEqualTo("long");
    }

    @Test
    void aClientThatAnnouncesMoreThanAReaderNeedsIsCutOff() throws IOException {
        assertThat(answerTo(new byte[] {-1, -1, -1, 0x7f})).isEqualTo(-1);
    }

    @Test
    void aHandshakeWithASerializedObjectIsCutOff() throws IOException {
        byte[] handshake = {1, 1, 0, 7, 0, 0, 0, 2, 12, 0, 0, 0, 0, (byte) 254, 1, 0, 0, 0, 0};
        assertThat(answerTo(framed(handshake))).isEqualTo(-1);
    }

    @Test
    void databaseDriversAreNotLetIn() throws IOException {
        // A handshake of version 2.13.0 of the kind 1, JDBC. What is answered starts with its length, then whether it
        // succeeded.
        byte[] handshake = framed(new byte[] {1, 2, 0, 13, 0, 0, 0, 1});
        try (Socket socket = connect()) {
            socket.getOutputStream().write(handshake);
            byte[] head = socket.getInputStream().readNBytes(5);
            assertThat(head).hasSize(5);
            assertThat(head[4]).isZero();
        }
    }

    /** What would remove the row if it ran. */
    private static final class Remove implements CacheEntryProcessor<Object, Object, Boolean> {
        private static final long serialVersionUID = 1L;

        @Override
        public Boolean process(MutableEntry<Object, Object> entry, Object... nothing) {
            entry.remove();
            return true;
        }
    }

    private static Map<String, Executable> writes() {
        ClientCache<Object, Object> flights =
                client.<Object, Object>cache("flight").withKeepBinary();
        Object row = read("flight").get(1L);
        Map<String, Executable> attempts = new LinkedHashMap<>();
        attempts.put("put", () -> flights.put(1L, row));
        attempts.put("put all", () -> flights.putAll(Map.of(1L, row)));
        attempts.put("put if absent", () -> flights.putIfAbsent(1000L, row));
        attempts.put("get and put", () -> flights.getAndPut(1L, row));
        attempts.put("get and put if absent", () -> flights.getAndPutIfAbsent(1000L, row));
        attempts.put("replace", () -> flights.replace(1L, row));
        attempts.put("replace if equal", () -> flights.replace(1L, row, row));
        attempts.put("get and replace", () -> flights.getAndReplace(1L, row));
        attempts.put("remove", () -> flights.remove(1L));
        attempts.put("remove if equal", () -> flights.remove(1L, row));
        attempts.put("get and remove", () -> flights.getAndRemove(1L));
        attempts.put("remove some", () -> flights.removeAll(Set.of(1L)));
        attempts.put("remove all", flights::removeAll);
        attempts.put("clear", flights::clear);
        attempts.put("clear key", () -> flights.clear(1L));
        attempts.put("clear keys", () -> flights.clearAll(Set.of(1L)));
        attempts.put("invoke", () -> flights.invoke(1L, new Remove()));
        attempts.put("invoke all", () -> flights.invokeAll(Set.of(1L), new Remove()));
        attempts.put(
                "read that expires",
                () -> flights.withExpirePolicy(new TouchedExpiryPolicy(Duration.ONE_MINUTE))
                        .get(1L));
        return attempts;
    }

    private static Map<String, Executable> administration() {
        ClientCache<Object, Object> flights =
                client.<Object, Object>cache("flight").withKeepBinary();
        Map<String, Executable> attempts = new LinkedHashMap<>();
        attempts.put("scan", () -> flights.query(new ScanQuery<>()).getAll());
        attempts.put(
                "scan of the catalog",
                () -> client.cache("__catalog").query(new ScanQuery<>()).getAll());
        attempts.put("SQL", () -> client.query(new SqlFieldsQuery("SELECT 1")).getAll());
        attempts.put(
                "SQL of a cache",
                () -> flights.query(new SqlFieldsQuery("SELECT 1")).getAll());
        attempts.put(
                "continuous query",
                () -> flights.query(new ContinuousQuery<>().setLocalListener(changes -> {}), reason -> {})
                        .close());
        attempts.put(
                "continuous query of the catalog",
                () -> client.cache("__catalog")
                        .query(new ContinuousQuery<>().setLocalListener(changes -> {}), reason -> {})
                        .close());
        attempts.put("size", flights::size);
        attempts.put("create cache", () -> client.createCache("created"));
        attempts.put("get or create cache", () -> client.getOrCreateCache("created"));
        attempts.put("get or create an existing cache", () -> client.getOrCreateCache("flight"));
        attempts.put("destroy cache", () -> client.destroyCache("flight"));
        attempts.put("deactivate", () -> client.cluster().state(ClusterState.INACTIVE));
        attempts.put("make read-only", () -> client.cluster().state(ClusterState.ACTIVE_READ_ONLY));
        attempts.put("switch the log off", () -> client.cluster().disableWal("flight"));
        attempts.put("switch the log on", () -> client.cluster().enableWal("flight"));
        attempts.put("compute", () -> client.compute().execute("java.lang.String", null));
        attempts.put("services", () -> client.services().serviceDescriptors());
        attempts.put(
                "call a service",
                () -> client.services()
                        .<Runnable>serviceProxy("service", Runnable.class)
                        .run());
        attempts.put("transaction", () -> client.transactions().txStart().close());
        attempts.put("atomic long", () -> client.atomicLong("counter", 1, true));
        attempts.put("set", () -> client.set("set", new ClientCollectionConfiguration()));
        return attempts;
    }

    private static boolean isRefused(Executable attempt) {
        try {
            attempt.execute();
            return false;
        } catch (Throwable failure) {
            return Stream.iterate(failure, Objects::nonNull, Throwable::getCause)
                    .anyMatch(ClientAuthorizationException.class::isInstance);
        }
    }

    private static int statusOfStating(String type, String field, byte fieldType) throws IOException {
        byte[] typeName = type.getBytes(StandardCharsets.UTF_8);
        byte[] fieldName = field.getBytes(StandardCharsets.UTF_8);
        byte[] request = new byte[10 + 4 + 5 + typeName.length + 1 + 4 + 5 + fieldName.length + 8 + 1 + 4];
        ByteBuffer.wrap(request)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 3003)
                .putLong(1)
                .putInt(type.hashCode())
                .put(GridBinaryMarshaller.STRING)
                .putInt(typeName.length)
                .put(typeName)
                .put(GridBinaryMarshaller.NULL)
                .putInt(1)
                .put(GridBinaryMarshaller.STRING)
                .putInt(fieldName.length)
                .put(fieldName)
                .putInt(fieldType)
                .putInt(field.hashCode());
        try (Socket socket = connect()) {
            DataInputStream answers = new DataInputStream(socket.getInputStream());
            // Version 1.2.0, whose answers are a length, the request's id and a status.
            socket.getOutputStream().write(framed(new byte[] {1, 1, 0, 2, 0, 0, 0, 2}));
            answers.readNBytes(Integer.reverseBytes(answers.readInt()));
            socket.getOutputStream().write(framed(request));
            answers.readInt();
            answers.readLong();
            return Integer.reverseBytes(answers.readInt());
        }
    }

    private static byte[] framed(byte[] message) {
        byte[] framed = new byte[Integer.BYTES + message.length];
        ByteBuffer.wrap(framed)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(message.length)
                .put(message);
        return framed;
    }

    /** The first byte that is answered, or -1 if the connection ends. */
    private static int answerTo(byte[] sent) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(sent);
            InputStream answer = socket.getInputStream();
            return answer.read();
        } catch (SocketException reset) {
            return -1;
        }
    }

    private static Socket connect() throws IOException {
        String[] address = grid.thinAddress().split(":", -1);
        Socket socket = new Socket();
        socket.setSoTimeout(60_000);
        socket.connect(new InetSocketAddress(address[0], Integer.parseInt(address[1])));
        return socket;
    }

    private static ClientCache<Object, BinaryObject> read(String name) {
        return client.cache(name).withKeepBinary();
    }

    /** Without copies, so that some rows are on one node only and some on the other. */
    private static IgniteCache<Object, BinaryObject> cache(String name) {
        return grid.ignite()
                .getOrCreateCache(new CacheConfiguration<>(name).setAffinity(new RendezvousAffinityFunction(false, 16)))
                .withKeepBinary();
    }

    private static BinaryObject row(String type, long number) {
        return grid.ignite()
                .binary()
                .builder(type)
                .setField("number", number, Long.class)
                .setField("name", null, String.class)
                .build();
    }

    private static Object key(String type, String field, Object value) {
        return read("flight")
                .containsKey(
                        client.binary().builder(type).setField(field, value).build());
    }

    private static BinaryObject legKey(IgniteBinary binary) {
        return binary.builder("leg.key")
                .setField("id", 5L)
                .setField("carrier", "UA")
                .build();
    }
}
