package io.featuregrid.gridnode.jar;

import io.featuregrid.gridnode.cluster.LocalArtifacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jars that are loaded, a class loader a catalog version and jar. One of a version that is not the newest is closed when its last call
 * has ended; a call that comes later, of a request that still holds that version, loads it once more. Safe for use by several threads.
 */
final class LoadedJars implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedJars.class);

    private final LocalArtifacts files;
    private final ClassLoader parent = new PlatformClasses();
    private final Map<Key, Use> open = new HashMap<>();
    private int newest;
    private boolean closed;

    LoadedJars(LocalArtifacts files) {
        this.files = files;
    }

    private record Key(int catalogVersion, String artifact) {}

    /** A loaded jar in use, until {@link #release}. */
    static final class Use {
        private final Key key;
        private final LoadedJar jar;
        private int calls;

        private Use(Key key, LoadedJar jar) {
            this.key = key;
            this.jar = jar;
        }

        LoadedJar jar() {
            return jar;
        }
    }

    /**
     * A jar for one call.
     *
     * @throws IllegalStateException if it cannot be loaded, with the reason
     */
    synchronized Use take(int catalogVersion, String artifact) {
        if (closed) {
            throw new IllegalStateException("the node stops");
        }
        Key key = new Key(catalogVersion, artifact);
        Use use = open.get(key);
        if (use == null) {
            use = new Use(key, load(artifact));
            open.put(key, use);
        }
        use.calls++;
        return use;
    }

    synchronized void release(Use use) {
        use.calls--;
        if (use.calls == 0 && use.key.catalogVersion() < newest && open.remove(use.key, use)) {
            close(use);
        }
    }

    /** Retires the versions before this one. */
    synchronized void newest(int catalogVersion) {
        newest = Math.max(newest, catalogVersion);
        for (Use use : List.copyOf(open.values())) {
            if (use.calls == 0 && use.key.catalogVersion() < newest) {
                open.remove(use.key);
                close(use);
            }
        }
    }

    /** A jar by itself, for a look at it; the caller closes it. */
    LoadedJar load(String artifact) {
        try {
            return new LoadedJar(files.file(artifact, ".jar"), parent);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The class loaders that are open. */
    synchronized List<ClassLoader> loaders() {
        List<ClassLoader> loaders = new ArrayList<>();
        open.values().forEach(use -> loaders.add(use.jar().loader()));
        return loaders;
    }

    @Override
    public synchronized void close() {
        closed = true;
        open.values().forEach(LoadedJars::close);
        open.clear();
    }

    private static void close(Use use) {
        try {
            use.jar().close();
        } catch (IOException failure) {
            LOG.warn("jar {} did not close in order", use.key.artifact(), failure);
        }
    }
}
