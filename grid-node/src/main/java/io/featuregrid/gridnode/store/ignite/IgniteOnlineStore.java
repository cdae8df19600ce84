package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.cluster.Grid;
import io.featuregrid.gridnode.store.ObservationReader;
import io.featuregrid.gridnode.store.RowChange;
import io.featuregrid.gridnode.store.RowLayout;
import io.featuregrid.gridnode.store.RowObservations;
import io.featuregrid.gridnode.store.StoredValues;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import io.featuregrid.planner.execute.OnlineStore;
import io.featuregrid.planner.execute.WriteGate;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import javax.cache.CacheException;
import javax.cache.processor.EntryProcessorResult;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.apache.ignite.cache.CacheAtomicityMode;
import org.apache.ignite.cache.CacheMode;
import org.apache.ignite.cache.CacheWriteSynchronizationMode;
import org.apache.ignite.cache.PartitionLossPolicy;
import org.apache.ignite.cache.affinity.rendezvous.RendezvousAffinityFunction;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.configuration.CacheConfiguration;
import org.jspecify.annotations.Nullable;

/**
 * The online store on Ignite: a cache a set, named as the set; the keys of {@link EntityKeys}; one binary object a row, so that every stock
 * thin client reads it by names.
 *
 * <p>A write goes to the primary copy of a row as an entry processor, which merges it under the row's lock: the classes are on every node,
 * nothing is loaded over the network. Observations of one entity in one batch become one change first. Keys of a message are in one order
 * in all threads, since Ignite locks all rows of a message at once.
 *
 * <p>All sets are in one cache group and spread their keys in the same way, so that equal keys of any set lie on one node.
 */
public final class IgniteOnlineStore implements OnlineStore {
    private static final String GROUP = "featuregrid";
    /** A change of some rows takes milliseconds; one that waits for a grid in trouble may take longer. */
    private static final Duration CHANGE_LIMIT = Duration.ofSeconds(30);

    private final Ignite ignite;
    private final IgniteStoreSettings settings;
    private final Erasures erasures;
    private final StoredValues values;
    private final RowDefinitions definitions;
    private final ConcurrentMap<String, Access> accesses = new ConcurrentHashMap<>();
    private final WriteGate changes = new WriteGate();
    private volatile @Nullable RowExport export;

    /** All that a request needs of one definition of a set. */
    // The bytes go to other nodes as they are: nobody changes them.
    @SuppressWarnings("ArrayRecordComponent")
    private record Access(
            FeatureSet set,
            IgniteCache<Object, BinaryObject> cache,
            EntityKeys keys,
            RowDefinition rows,
            byte[] layout) {
        private RowLayout.Version version() {
            return rows.layout().version();
        }
    }

    /**
     * A store on a node.
     *
     * @param ignite an active grid's node; stays the caller's
     * @param erasures which observations are never merged any more
     */
    public IgniteOnlineStore(Ignite ignite, IgniteStoreSettings settings, Erasures erasures) {
        this.ignite = ignite;
        this.settings = settings;
        this.erasures = erasures;
        this.values = new StoredValues(new BinaryStructs(ignite.binary()));
        this.definitions = RowDefinitions.on(ignite);
        definitions.configure(erasures, settings);
    }

    /** A store on a node's grid, which stays the caller's, with as many copies of each row as the grid's settings say. */
    public static IgniteOnlineStore on(Grid grid, Erasures erasures) {
        IgniteStoreSettings standard = IgniteStoreSettings.DEFAULTS;
        return new IgniteOnlineStore(
                grid.ignite(),
                new IgniteStoreSettings(
                        grid.settings().backups(),
                        standard.partitions(),
                        standard.dataRegion(),
                        standard.rowShapes(),
                        standard.chunkRows()),
                erasures);
    }

    @Override
    public void prepare(FeatureSet set) {
        reaching(set, () -> {
            ignite.getOrCreateCache(configuration(set.name()));
            Access access = define(set);
            access.rows().register();
            if (set.key().size() > 1) {
                registerKey(set);
            }
            definitions.learn(set, access.rows(), access.keys());
            accesses.put(set.name(), access);
            return set;
        });
    }

    @Override
    public OnlineRows read(OnlineRead read, FeatureBatch keys) {
        return reaching(read.set(), () -> {
            Access access = access(read.set());
            RowCollector collector = new RowCollector(access.rows(), values, read, keys.rows());
            if (keys.rows() == 1 || read.set().global()) {
                BinaryObject row = keys.rows() == 0
                        ? null
                        : access.cache().get(access.keys().key(keys.columns(), 0));
                for (int index = 0; row != null && index < keys.rows(); index++) {
                    collector.add(index, row);
                }
            } else {
                readMany(access, keys, collector);
            }
            return collector.rows();
        });
    }

    @Override
    public void merge(FeatureSet set, FeatureBatch observations, ResolverVersions versions) {
        reaching(set, () -> {
            Access access = access(set);
            ObservationReader reader = new ObservationReader(set, observations, versions, erasures.of(set), values);
            Map<Object, RowChange> changes = HashMap.newHashMap(observations.rows());
            for (int row = 0; row < observations.rows(); row++) {
                RowChange change = reader.change(row);
                if (change != null) {
                    changes.merge(access.keys().key(reader.keys(), row), change, RowChange::and);
                }
            }
            SortedMap<Object, RowProcessor> processors =
                    new TreeMap<>(access.keys().order());
            changes.forEach((key, change) ->
                    processors.put(key, new RowMergeProcessor(access.rows().layout(), change)));
            invoke(access, processors);
            return set;
        });
    }

    @Override
    public void erase(FeatureSet set, FeatureBatch keys, Stamp mark) {
        reaching(set, () -> {
            Access access = access(set);
            RowProcessor eraser = new RowEraseProcessor(access.rows().layout(), mark);
            SortedMap<Object, RowProcessor> processors =
                    new TreeMap<>(access.keys().order());
            for (int row = 0; row < keys.rows(); row++) {
                processors.put(access.keys().key(keys.columns(), row), eraser);
            }
            invoke(access, processors);
            return set;
        });
    }

    /** The rows of a set on this node's primary partitions that expired before a moment are removed; answers how many were found. */
    long expire(RowDefinitions.Known known, long now) {
        FeatureSet set = known.set();
        if (set == null) {
            return 0;
        }
        return reaching(
                set,
                () -> ExpiredRows.of(access(set).cache(), set.name(), now).remove(keys -> {
                    Access access = access(set);
                    RowProcessor remover = new RowExpiryProcessor(access.rows().layout(), now);
                    SortedMap<Object, RowProcessor> processors =
                            new TreeMap<>(access.keys().order());
                    keys.forEach(key -> processors.put(key, remover));
                    invoke(access, processors);
                }));
    }

    @Override
    public String place(FeatureSet set, FeatureBatch key) {
        return reaching(set, () -> {
            Object gridKey = access(set).keys().key(key.columns(), 0);
            ClusterNode owner = ignite.affinity(set.name()).mapKeyToNode(gridKey);
            return (owner == null ? "no node" : owner.isLocal() ? "this node" : "node " + owner.consistentId())
                    + ", partition " + ignite.affinity(set.name()).partition(gridKey);
        });
    }

    /**
     * Begins to tell the rows of sets as they are now, which the caller runs or closes. One at a time.
     *
     * @param sets as they are defined now
     * @param target called by one thread a set at a time; a failure of it ends the export, and no write
     */
    public RowExport export(List<FeatureSet> sets, RowObservations.Target target) {
        RowExport begun = new RowExport(() -> endExport());
        for (FeatureSet set : sets) {
            Access access = access(set);
            begun.add(access.cache(), set, access.rows(), new RowObservations(set, values, target));
        }
        changes.closed(CHANGE_LIMIT, () -> {
            if (export != null) {
                throw new IllegalStateException("rows are told twice at once (expected one export at a time)");
            }
            export = begun;
            return begun;
        });
        return begun;
    }

    /** Once this returns nobody keeps rows any more. */
    private void endExport() {
        changes.closed(CHANGE_LIMIT, () -> {
            export = null;
            return this;
        });
    }

    RowDefinitions definitions() {
        return definitions;
    }

    private static void readMany(Access access, FeatureBatch keys, RowCollector collector) {
        Object[] gridKeys = new Object[keys.rows()];
        for (int row = 0; row < gridKeys.length; row++) {
            gridKeys[row] = access.keys().key(keys.columns(), row);
        }
        Map<Object, BinaryObject> rows = access.cache().getAll(new HashSet<>(Arrays.asList(gridKeys)));
        for (int row = 0; row < gridKeys.length; row++) {
            BinaryObject stored = rows.get(gridKeys[row]);
            if (stored != null) {
                collector.add(row, stored);
            }
        }
    }

    private void invoke(Access access, SortedMap<Object, RowProcessor> processors) {
        changes.pass(() -> {
            RowExport told = export;
            if (told != null) {
                told.keep(access.set().name(), processors.keySet());
            }
            invokeKept(access, processors);
            return access;
        });
    }

    private void invokeKept(Access access, SortedMap<Object, RowProcessor> processors) {
        if (processors.size() == 1) {
            access.cache().invoke(processors.firstKey(), processors.firstEntry().getValue(), access.layout());
            return;
        }
        SortedMap<Object, RowProcessor> chunk = new TreeMap<>(access.keys().order());
        for (Map.Entry<Object, RowProcessor> entry : processors.entrySet()) {
            chunk.put(entry.getKey(), entry.getValue());
            if (chunk.size() == settings.chunkRows()) {
                invokeChunk(access, chunk);
                chunk.clear();
            }
        }
        if (!chunk.isEmpty()) {
            invokeChunk(access, chunk);
        }
    }

    private static void invokeChunk(Access access, SortedMap<Object, RowProcessor> chunk) {
        // Only failures come back: a processor answers nothing.
        Map<Object, EntryProcessorResult<@Nullable Void>> failures =
                access.cache().invokeAll(chunk, access.layout());
        failures.values().forEach(EntryProcessorResult::get);
    }

    /** The access of a definition. */
    // The same object in nearly every request: sets are large, so they are compared only when that fails.
    @SuppressWarnings("ReferenceEquality")
    private Access access(FeatureSet set) {
        Access access = accesses.get(set.name());
        if (access == null) {
            throw new IllegalStateException("set '" + set.name() + "' is used before it was prepared");
        }
        if (access.set() == set || access.version().equals(RowLayout.of(set).version())) {
            return access;
        }
        // A request that began under another version of the catalog: its definition lives as long as the request.
        return define(set);
    }

    private Access define(FeatureSet set) {
        RowLayout layout = RowLayout.of(set);
        IgniteCache<Object, BinaryObject> cache = ignite.cache(set.name()).<Object, BinaryObject>withKeepBinary();
        return new Access(
                set, cache, new EntityKeys(ignite.binary(), set), definitions.define(layout), layout.encode());
    }

    private void registerKey(FeatureSet set) {
        BinaryObjectBuilder key = ignite.binary().builder(EntityKeys.typeName(set));
        set.keyFeatures().forEach(column -> key.setField(column.name(), null, StoredValues.storedClass(column.type())));
        key.build();
    }

    private CacheConfiguration<Object, BinaryObject> configuration(String name) {
        CacheConfiguration<Object, BinaryObject> configuration = new CacheConfiguration<>(name);
        configuration.setGroupName(GROUP);
        configuration.setCacheMode(CacheMode.PARTITIONED);
        configuration.setAtomicityMode(CacheAtomicityMode.ATOMIC);
        configuration.setBackups(settings.backups());
        // PRIMARY_SYNC would acknowledge a write that the backup does not have yet.
        configuration.setWriteSynchronizationMode(CacheWriteSynchronizationMode.FULL_SYNC);
        configuration.setAffinity(new RendezvousAffinityFunction(false, settings.partitions()));
        configuration.setDataRegionName(settings.dataRegion());
        configuration.setPartitionLossPolicy(PartitionLossPolicy.READ_WRITE_SAFE);
        return configuration;
    }

    /** Runs what needs the grid; its failures are told as ours. */
    private static <T> T reaching(FeatureSet set, Supplier<T> work) {
        try {
            return work.get();
        } catch (CacheException | IgniteException failure) {
            Throwable cause = failure;
            while (cause.getCause() != null) {
                cause = cause.getCause();
            }
            throw new FeatureGridException(
                    ErrorCode.UPSTREAM_FAILED,
                    "the grid cannot serve rows of '" + set.name() + "': " + cause.getMessage()
                            + " (expected a running, active grid: try again)",
                    failure);
        }
    }
}
