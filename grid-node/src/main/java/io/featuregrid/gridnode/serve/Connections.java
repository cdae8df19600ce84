package io.featuregrid.gridnode.serve;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The open connections, bounded. One too many costs the one that has been idle longest its life: whoever only keeps connections open keeps
 * nobody out. Safe for use by several threads.
 *
 * @param <C> a connection, known by its identity
 */
final class Connections<C> {
    private final int most;
    /** How many requests each connection has in work. */
    private final Map<C, Integer> open = new HashMap<>();
    /** Those without a request, the longest idle first. */
    private final LinkedHashSet<C> idle = new LinkedHashSet<>();

    Connections(int most) {
        this.most = most;
    }

    /** Notes a new connection; answers which are to be closed for it: the one idle longest, or the new one if all others work. */
    synchronized List<C> opened(C connection) {
        open.put(connection, 0);
        List<C> surplus = new ArrayList<>();
        while (open.size() > most) {
            Iterator<C> longest = idle.iterator();
            C closed = longest.hasNext() ? longest.next() : connection;
            closed(closed);
            surplus.add(closed);
        }
        if (open.containsKey(connection)) {
            idle.add(connection);
        }
        return surplus;
    }

    /** A request of the connection has begun. */
    synchronized void works(C connection) {
        if (open.computeIfPresent(connection, (known, requests) -> requests + 1) != null) {
            idle.remove(connection);
        }
    }

    /** A request of the connection has been answered. */
    synchronized void rests(C connection) {
        Integer left = open.computeIfPresent(connection, (known, requests) -> Math.max(0, requests - 1));
        if (left != null && left == 0) {
            idle.add(connection);
        }
    }

    synchronized void closed(C connection) {
        open.remove(connection);
        idle.remove(connection);
    }

    synchronized int count() {
        return open.size();
    }
}
