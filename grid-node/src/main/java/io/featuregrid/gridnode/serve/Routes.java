package io.featuregrid.gridnode.serve;

import io.featuregrid.planner.execute.Allowed;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** Which handler answers a path. Safe for use by several threads. */
final class Routes {
    /** What answers a path, and for whom. */
    record Route(Allowed allowed, HttpHandler handler) {}

    private final Map<String, Route> routes = new ConcurrentSkipListMap<>();

    /**
     * Adds a handler.
     *
     * @param prefix a path; one that ends with a slash stands for everything below it, any other for itself only
     * @throws IllegalArgumentException if the prefix does not begin with a slash, or has a handler already
     */
    void add(String prefix, Allowed allowed, HttpHandler handler) {
        if (!prefix.startsWith("/")) {
            throw new IllegalArgumentException("prefix is \"" + prefix + "\" (expected one that begins with /)");
        }
        if (routes.putIfAbsent(prefix, new Route(allowed, handler)) != null) {
            throw new IllegalArgumentException("prefix \"" + prefix + "\" has a handler already");
        }
    }

    /** The route of the path itself, else of the longest prefix above it. */
    Optional<Route> find(String path) {
        Route own = routes.get(path);
        for (int slash = path.lastIndexOf('/'); own == null && slash >= 0; slash = path.lastIndexOf('/', slash - 1)) {
            own = routes.get(path.substring(0, slash + 1));
        }
        return Optional.ofNullable(own);
    }
}
