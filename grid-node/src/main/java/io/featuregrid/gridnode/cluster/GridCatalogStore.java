package io.featuregrid.gridnode.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.featuregrid.planner.definition.Catalog;
import io.featuregrid.planner.definition.CatalogJson;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.CatalogStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.ignite.Ignite;
import org.apache.ignite.IgniteCache;
import org.apache.ignite.IgniteException;
import org.apache.ignite.cache.query.ContinuousQuery;
import org.apache.ignite.cache.query.QueryCursor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The catalog of the grid, the same on every node. One store a node.
 *
 * <p>It is one entry of a replicated cache, its JSON as text, exchanged for the next by comparing; each node keeps what it read last. A
 * change is announced to all nodes before it is done; should one miss that, it sees the entry change by itself, a little later.
 */
public final class GridCatalogStore implements CatalogStore, AutoCloseable {
    static final String CACHE = "__catalog";

    private static final Logger LOG = LoggerFactory.getLogger(GridCatalogStore.class);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String ENTRY = "catalog";
    private static final String TOPIC = "featuregrid.catalog";

    private final Ignite ignite;
    private final IgniteCache<String, String> cache;
    private final List<Consumer<Catalog>> listeners = new CopyOnWriteArrayList<>();
    private final ExecutorService refresher = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("catalog-refresh").factory());
    private final QueryCursor<?> watch;
    private volatile Stored current = new Stored("", Catalog.EMPTY);

    /** A catalog and the text that it stands in the cache as; no text for the empty one, which is never stored. */
    private record Stored(String text, Catalog catalog) {}

    private GridCatalogStore(Ignite ignite) {
        this.ignite = ignite;
        this.cache = ignite.getOrCreateCache(GridConfiguration.<String, String>systemCache(CACHE));
        Announcement.listen(ignite, TOPIC, nothing -> refresh());
        // Refreshing may create caches, which must not happen in the thread that tells of changes.
        this.watch = cache.query(new ContinuousQuery<String, String>()
                .setLocal(true)
                .setLocalListener(changes -> refresher.execute(this::refresh)));
    }

    /**
     * Opens the catalog of the grid.
     *
     * @param first what a grid without a catalog starts with; ignored by one that has one
     */
    public static GridCatalogStore open(Grid grid, Optional<Catalog> first) {
        GridCatalogStore store = new GridCatalogStore(grid.ignite());
        first.filter(catalog -> catalog.version() > 0)
                .ifPresent(catalog -> store.cache.putIfAbsent(ENTRY, write(catalog)));
        store.refresh();
        return store;
    }

    /**
     * Has a listener called with every catalog that comes after {@link #current()} as it is now, just before that shows it. A listener
     * may create caches. If it fails, the catalog is shown all the same, and the failure logged.
     */
    public void onChange(Consumer<Catalog> listener) {
        listeners.add(listener);
    }

    @Override
    public Catalog current() {
        return current.catalog();
    }

    /** {@inheritDoc} Every node shows the next catalog when this returns. */
    @Override
    public void replace(int base, Catalog next) {
        if (current.catalog().version() != base) {
            refresh();
        }
        Stored planned = current;
        if (planned.catalog().version() != base) {
            throw moved(base);
        }
        String text = write(next);
        boolean replaced =
                planned.text().isEmpty() ? cache.putIfAbsent(ENTRY, text) : cache.replace(ENTRY, planned.text(), text);
        // Ignite tries again when the owner of the entry is lost, and then meets what it wrote itself.
        if (!replaced && !text.equals(cache.get(ENTRY))) {
            refresh();
            throw moved(base);
        }
        try {
            Announcement.tell(ignite, TOPIC, "");
        } catch (IgniteException failure) {
            LOG.warn(
                    "not every node confirmed catalog version {}; it is kept, and they follow",
                    next.version(),
                    failure);
        }
        refresh();
    }

    @Override
    public void close() {
        Announcement.forget(ignite, TOPIC);
        watch.close();
        refresher.shutdown();
    }

    private synchronized void refresh() {
        String text = cache.get(ENTRY);
        if (text == null || text.equals(current.text())) {
            return;
        }
        Catalog catalog = read(text);
        // Two refreshes may overtake each other between the cache and here.
        if (catalog.version() <= current.catalog().version()) {
            return;
        }
        for (Consumer<Catalog> listener : listeners) {
            try {
                listener.accept(catalog);
            } catch (RuntimeException failure) {
                LOG.error("catalog version {} is not prepared completely", catalog.version(), failure);
            }
        }
        current = new Stored(text, catalog);
        LOG.info("catalog version {}", catalog.version());
    }

    private FeatureGridException moved(int base) {
        return new FeatureGridException(
                ErrorCode.CONFLICT,
                "the change was planned from version " + base + ", but the catalog is at "
                        + current.catalog().version()
                        + " (expected the current version: look at the difference again and apply once more)");
    }

    private static String write(Catalog catalog) {
        return CatalogJson.write(catalog).toString();
    }

    private static Catalog read(String text) {
        try {
            return CatalogJson.read(JSON.readTree(text));
        } catch (JsonProcessingException damaged) {
            throw new FeatureGridException(
                    ErrorCode.INTERNAL_SERVER_ERROR,
                    "the catalog of the grid cannot be read: " + damaged.getOriginalMessage()
                            + " (expected what a node of this version wrote)",
                    damaged);
        }
    }
}
