package io.featuregrid.gridnode.ingest;

import io.featuregrid.gridnode.ingest.UploadRecord.State;
import io.featuregrid.planner.execute.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node's part as the keeper of upload records: gives up what nobody finishes and forgets what is old. Thread-safe.
 *
 * <p>An entry whose record is gone counts. So a record may go only when no entry depends on it, on any node: that is why they do not expire
 * by themselves. A grid that was down for a day would otherwise wake up and take for written what was never acknowledged.
 */
final class UploadSweep {
    private final LogGrid grid;
    private final LogSettings settings;
    private final Clock clock;
    private final Uploads uploads;

    UploadSweep(LogGrid grid, LogSettings settings, Clock clock, Uploads uploads) {
        this.grid = grid;
        this.settings = settings;
        this.clock = clock;
        this.uploads = uploads;
    }

    void sweep() {
        long now = clock.nowMicros();
        long old = now - settings.kept().toNanos() / 1_000;
        List<UploadRecord> records = grid.uploads().begunBefore(now, old);
        @Nullable Set<String> needed = null;
        for (UploadRecord record : records) {
            if (record.state() == State.PREPARED) {
                if (isAbandoned(record, now)) {
                    grid.uploads().replace(record, record.in(State.ABORTED));
                }
            } else {
                needed = needed == null ? needed() : needed;
                if (needed == null) {
                    return;
                }
                if (!needed.contains(record.id())) {
                    grid.uploads().remove(record);
                }
            }
        }
    }

    private boolean isAbandoned(UploadRecord record, long now) {
        String holder = record.attempt().holder();
        if (holder.equals(grid.partitions().self())) {
            return !uploads.works(record.id());
        }
        boolean recent = now - record.attempt().since() < settings.holdLimit().toNanos() / 1_000;
        return !recent || !grid.partitions().alive(holder);
    }

    /** The uploads that entries depend on, anywhere in the grid; null if that cannot be told now. */
    private @Nullable Set<String> needed() {
        Set<String> nodes = new HashSet<>();
        long version = grid.partitions().version();
        for (int partition = 0; partition < grid.partitions().count(); partition++) {
            nodes.add(grid.partitions().owner(partition));
        }
        Map<String, LogRequest> requests = new LinkedHashMap<>();
        nodes.forEach(node -> requests.put(node, new LogRequest.Doubts()));
        Set<String> needed = new HashSet<>();
        for (LogReply reply :
                grid.messages().call(requests, settings.uploadLimit()).values()) {
            if (!(reply instanceof LogReply.Uploads ids)) {
                return null;
            }
            needed.addAll(ids.ids());
        }
        // Partitions that moved between two answers may have been seen by neither.
        return grid.partitions().version() == version ? needed : null;
    }
}
