package io.featuregrid.gridnode.serve;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Which handler answers a path. Safe for use by several threads. */
final class Routes {
    private final Map<String, HttpHandler> handlers = new ConcurrentSkipListMap<>();

    /**
     * Adds a handler.
     *
     * @param prefix a path; one that ends with a slash stands for everything below it, any other for itself only
     * @throws IllegalArgumentException if the prefix does not begin with a slash, or has a handler already
     */
    void add(String prefix, HttpHandler handler) {
        if (!prefix.startsWith("/")) {
            throw new IllegalArgumentException("prefix is \"" + prefix + "\" (expected one that begins with /)");
        }
        if (handlers.putIfAbsent(prefix, handler) != null) {
            throw new IllegalArgumentException("prefix \"" + prefix + "\" has a handler already");
        }
    }

    /** The handler of the path itself, else of the longest prefix above it. */
    Optional<HttpHandler> find(String path) {
        HttpHandler own = handlers.get(path);
        for (int slash = path.lastIndexOf('/'); own == null && slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
            own = handlers.get(path.substring(0, slash + 1));
        }
        return Optional.ofNullable(own);
    }
}
