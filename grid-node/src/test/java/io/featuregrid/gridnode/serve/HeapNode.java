package io.featuregrid.gridnode.serve;

import com.codahale.metrics.MetricRegistry;
import com.fasterxml.jackson.databind.JsonNode;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogChange;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.ProposalReader;
import io.featuregrid.planner.execute.CatalogStore;
import io.featuregrid.planner.execute.EntityEraser;
import io.featuregrid.planner.execute.FunctionRunners;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.MonotonicStamps;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.time.Timestamps;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A node that keeps everything on the heap: its log merges at once, its eraser erases at once, its clock stands still. */
final class HeapNode implements AutoCloseable {
    static final String NOW = "2013-01-01T10:00:00Z";
    static final int MOST_NAMES = 200;
    static final int MOST_VALUES = 1000;
    static final int MOST_BODY_BYTES = 64 << 10;

    final MetricRegistry metrics = new MetricRegistry();
    final AtomicLong now = new AtomicLong(Timestamps.read(NOW).micros());
    final List<ObservationLog.Upload> uploads = new ArrayList<>();
    final RunningPort port;

    private final HeapOnlineStore store = new HeapOnlineStore();
    private final MonotonicStamps stamps = new MonotonicStamps(now::get, 1);
    private final Map<String, ObservationLog.Receipt> receipts = new HashMap<>();
    private final Catalog catalog;

    HeapNode(boolean storeNeverWaits, String... sets) {
        this(new HttpSettings("127.0.0.1", 0, MOST_BODY_BYTES, 64), storeNeverWaits, () -> {}, sets);
    }

    /**
     * A node.
     *
     * @param beforeRead runs before each read of the store
     */
    HeapNode(HttpSettings settings, boolean storeNeverWaits, Runnable beforeRead, String... sets) {
        JsonNode proposal = RunningPort.json(
                "{\"replace\": true, \"sets\": [" + String.join(",", sets).replace('\'', '"') + "]}");
        this.catalog =
                CatalogChange.plan(Catalog.EMPTY, ProposalReader.read(proposal)).next();
        catalog.sets().forEach(store::prepare);
        CatalogStore catalogs = new CatalogStore() {
            @Override
            public Catalog current() {
                return catalog;
            }

            @Override
            public void replace(int base, Catalog next) {
                throw new UnsupportedOperationException();
            }
        };
        EntityEraser eraser = (set, keys) -> {
            Stamp mark = new Stamp(0, stamps.next(), stamps.sequence(0));
            store.erase(set, keys, mark);
            return mark;
        };
        QuerySettings queries = new QuerySettings(MOST_NAMES, MOST_VALUES, 10_000, () -> storeNeverWaits);
        this.port = RunningPort.start(settings, metrics, http -> {
            new QueryEndpoints(
                            new QueryEndpoints.Ports(
                                    catalogs,
                                    new Watched(store, beforeRead),
                                    FunctionRunners.formulasOnly(),
                                    (computed, durable) -> computed.logged().ifPresent(this::append),
                                    now::get,
                                    metrics),
                            queries)
                    .mountOn(http);
            new UploadEndpoint(catalogs, this::append, now::get, 60_000_000).mountOn(http);
            new ErasureEndpoint(catalogs, eraser).mountOn(http);
        });
    }

    private record Watched(OnlineStore store, Runnable beforeRead) implements OnlineStore {
        @Override
        public void prepare(FeatureSet set) {
            store.prepare(set);
        }

        @Override
        public OnlineRows read(OnlineRead read, FeatureBatch keys) {
            beforeRead.run();
            return store.read(read, keys);
        }

        @Override
        public void merge(FeatureSet set, FeatureBatch observations, ResolverVersions versions) {
            store.merge(set, observations, versions);
        }

        @Override
        public void erase(FeatureSet set, FeatureBatch keys, Stamp mark) {
            store.erase(set, keys, mark);
        }
    }

    private synchronized ObservationLog.Receipt append(ObservationLog.Upload upload) {
        String id = upload.ingestId();
        if (id != null && receipts.containsKey(id)) {
            return receipts.get(id);
        }
        uploads.add(upload);
        long insertedAt = stamps.next();
        long position = 0;
        for (ObservationLog.SetRows rows : upload.sets()) {
            if (rows.online()) {
                FeatureBatch stamped = stamped(rows.observations(), upload, insertedAt, position);
                store.merge(rows.set(), stamped, rows.versions());
            }
            position += rows.observations().rows();
        }
        ObservationLog.Receipt receipt = new ObservationLog.Receipt(position, insertedAt);
        if (id != null) {
            receipts.put(id, receipt);
        }
        return receipt;
    }

    private FeatureBatch stamped(FeatureBatch batch, ObservationLog.Upload upload, long insertedAt, long position) {
        List<String> names = new ArrayList<>(batch.names());
        List<Column> columns = new ArrayList<>(batch.columns());
        int rows = batch.rows();
        int observed = names.indexOf(ObservationColumns.OBSERVED_AT);
        ColumnBuilder observedAt = new ColumnBuilder(ColumnType.TIMESTAMP, rows);
        ColumnBuilder inserted = new ColumnBuilder(ColumnType.TIMESTAMP, rows);
        ColumnBuilder sequence = new ColumnBuilder(ColumnType.INT64, rows);
        ColumnBuilder origin = new ColumnBuilder(ColumnType.INT32, rows);
        for (int row = 0; row < rows; row++) {
            boolean given = columns.get(observed).hasValue(row);
            observedAt.setBits(row, given ? columns.get(observed).longAt(row) : now.get());
            inserted.setBits(row, insertedAt);
            sequence.setBits(row, stamps.sequence(position + row));
            origin.setBits(row, upload.origin().code());
        }
        columns.set(observed, observedAt.build());
        names.addAll(List.of(ObservationColumns.INSERTED_AT, ObservationColumns.SEQUENCE, ObservationColumns.ORIGIN));
        columns.addAll(List.of(inserted.build(), sequence.build(), origin.build()));
        return FeatureBatch.onHeap(names, columns, rows);
    }

    /** Posts JSON in which single quotes stand for double ones. */
    HttpResponse<String> post(String path, String body) {
        return port.post(path, body.replace('\'', '"'));
    }

    HttpResponse<String> delete(String path, String body) {
        return port.send(port.request(path).method("DELETE", BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    /** The answer of a post that must be taken. */
    JsonNode ask(String path, String body) {
        HttpResponse<String> reply = post(path, body);
        if (reply.statusCode() != 200) {
            throw new AssertionError(path + " answers " + reply.statusCode() + ": " + reply.body());
        }
        return RunningPort.json(reply);
    }

    @Override
    public void close() {
        port.close();
    }
}
