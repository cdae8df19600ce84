package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowExpiry;
import io.featuregrid.gridnode.store.RowLayout;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.ErasureList;
import io.featuregrid.planner.execute.Erasures;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.ignite.Ignite;
import org.apache.ignite.binary.BinaryObject;
import org.jspecify.annotations.Nullable;

/**
 * The newest definition of every set that one node knows: where a row is merged it is written as the newest of the catalog has it, whoever
 * the writer was. What runs beside the rows finds it on the node that it runs on. Safe for use by several threads.
 */
final class RowDefinitions {
    private static final String PLACE = "featuregrid.row-definitions";

    private final Ignite ignite;
    private final ConcurrentMap<String, Known> newest = new ConcurrentHashMap<>();
    private volatile Erasures erasures = Erasures.NONE;
    private volatile int shapeLimit = IgniteStoreSettings.DEFAULTS.rowShapes();

    /** A definition, with the set itself if this node was told of it, not only a writer elsewhere. */
    record Known(
            RowDefinition rows,
            @Nullable FeatureSet set,
            @Nullable EntityKeys keys,
            Optional<RowExpiry> expiry) {
        Known(RowDefinition rows, FeatureSet set, EntityKeys keys) {
            this(rows, set, keys, RowExpiry.of(set));
        }

        /** Whether nothing of a row is to be read any more: it expired before a moment, or belongs to a set that was replaced. */
        boolean expired(BinaryObject row, long now) {
            return rows.expired(row, expiry, now);
        }

        private Known later(Known other) {
            boolean newer = other.version().isAfter(version());
            boolean saysMore = !version().isAfter(other.version()) && other.set != null;
            return newer || saysMore ? other : this;
        }

        private RowLayout.Version version() {
            return rows.layout().version();
        }
    }

    private RowDefinitions(Ignite ignite) {
        this.ignite = ignite;
    }

    /** The definitions of a node. */
    static RowDefinitions on(Ignite ignite) {
        ConcurrentMap<String, RowDefinitions> places = ignite.cluster().nodeLocalMap();
        RowDefinitions definitions = places.get(PLACE);
        return definitions != null ? definitions : places.computeIfAbsent(PLACE, place -> new RowDefinitions(ignite));
    }

    /** Says how this node's store is set up. */
    void configure(Erasures theErasures, IgniteStoreSettings settings) {
        this.erasures = theErasures;
        this.shapeLimit = settings.rowShapes();
    }

    /** Takes a definition in if none of the set's is later. */
    void learn(FeatureSet set, RowDefinition rows, EntityKeys keys) {
        newest.merge(set.name(), new Known(rows, set, keys), Known::later);
    }

    /** The sets that this node was told of, as they are now. */
    Collection<Known> known() {
        return List.copyOf(newest.values());
    }

    /** The newest definition of a set; empty if this node knows none. */
    Optional<Known> newest(String set) {
        return Optional.ofNullable(newest.get(set));
    }

    /**
     * The newest definition of a set, which is at least the writer's; null if the set was replaced since, so that what the writer knows is
     * gone.
     *
     * @param layout the writer's layout, encoded
     */
    @Nullable
    Known forWriter(String set, RowLayout.Version writer, byte[] layout) {
        Known known = newest.get(set);
        if (known == null || writer.isAfter(known.version())) {
            Known writers = new Known(define(RowLayout.decode(layout)), null, null, Optional.empty());
            known = newest.merge(set, writers, Known::later);
        }
        return known.version().setNumber() == writer.setNumber() ? known : null;
    }

    /** How a layout reads and writes rows on this node. */
    RowDefinition define(RowLayout layout) {
        return new RowDefinition(ignite.binary(), layout, shapeLimit);
    }

    /** The mark of an entity of a set that was erased; null if there is none. */
    @Nullable
    Stamp erasureMark(Known known, Object key) {
        if (known.set == null || known.keys == null) {
            return null;
        }
        ErasureList list = erasures.of(known.set);
        return list.isEmpty() ? null : list.mark(known.keys.canonicalBytes(key)).orElse(null);
    }
}
