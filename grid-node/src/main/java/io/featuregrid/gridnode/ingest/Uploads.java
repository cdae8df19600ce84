package io.featuregrid.gridnode.ingest;

import io.featuregrid.gridnode.ingest.UploadRecord.State;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.ObservationLog;
import io.featuregrid.planner.execute.StampSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * A node's part as the acceptor of writes. Safe for use by several threads.
 *
 * <p>Rows that make one entry and have no ingest id: the owner puts the entry, which is the commit point, and merges it. All others count
 * together by a record:
 *
 * <pre>
 *   record PREPARED  ->  entries put  ->  record LOGGED (the commit point)  ->  entries merged  ->  record DONE  ->  acknowledged
 *        |                                     |
 *        v given up                            v retried
 *   record ABORTED, entries removed       merged again, DONE
 * </pre>
 *
 * <p>Every step from one state to the next compares and sets, so of several tries, wherever they run, one gets on and the others learn of
 * it. A try that takes over from another has a number of its own, which stands in the names of its entries: what the older one still puts
 * late is never taken for its own, and is removed.
 */
final class Uploads implements ObservationLog {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(200);

    private final LogGrid grid;
    private final LogSettings settings;
    private final StampSource stamps;
    private final PartitionOwner owner;
    private final BufferAllocator allocator;
    private final LogMetrics metrics;
    private final Set<String> inWork = ConcurrentHashMap.newKeySet();

    Uploads(
            LogGrid grid,
            LogSettings settings,
            StampSource stamps,
            PartitionOwner owner,
            BufferAllocator allocator,
            LogMetrics metrics) {
        this.grid = grid;
        this.settings = settings;
        this.stamps = stamps;
        this.owner = owner;
        this.allocator = allocator;
        this.metrics = metrics;
    }

    @Override
    public Receipt append(Upload upload) {
        Receipt receipt = metrics.upload.timeSupplier(() -> appendUntimed(upload));
        metrics.observations.inc(receipt.observations());
        return receipt;
    }

    private Receipt appendUntimed(Upload upload) {
        if (rows(upload) == 0) {
            return new Receipt(0, stamps.next());
        }
        String ingestId = upload.ingestId();
        return ingestId == null ? appendOnce(upload) : appendNamed(ingestId, upload);
    }

    /** Whether a try of this node's is running. */
    boolean works(String id) {
        return inWork.contains(id);
    }

    private Receipt appendOnce(Upload upload) {
        UploadRecord.Stamps given = newStamps();
        UploadSplit split = UploadSplit.of(upload, given, grid.partitions());
        Wait wait = new Wait();
        if (split.parts().size() == 1) {
            appendEntry(split, given, wait);
            return new Receipt(rows(upload), given.insertedAt());
        }
        String id = UploadRecord.own(given);
        List<LogEntry> entries = split.entries(id, 1, given, allocator);
        UploadRecord record = begin(id, given, upload, entries, 1);
        inWork.add(id);
        try {
            if (!grid.uploads().create(record)) {
                throw Refusal.upstream(
                        "the write could not be recorded as '" + id + "' (expected a new name; try again)");
            }
            UploadRecord logged = log(record, entries, wait);
            if (logged == null) {
                throw Refusal.upstream("the write took longer than " + settings.holdLimit()
                        + " and was given up; nothing was written");
            }
            finish(logged, entries, wait);
        } finally {
            inWork.remove(id);
        }
        return new Receipt(rows(upload), given.insertedAt());
    }

    private void appendEntry(UploadSplit split, UploadRecord.Stamps given, Wait wait) {
        LogEntry entry = split.entries(null, 1, given, allocator).getFirst();
        int partition = entry.key().partition();
        while (true) {
            String node = grid.partitions().owner(partition);
            LogReply reply = node.equals(grid.partitions().self())
                    ? owner.append(entry, split.parts().getFirst())
                    : call(node, new LogRequest.Append(entry));
            switch (reply) {
                case LogReply.Done done -> {
                    return;
                }
                case LogReply.Full full -> throw Refusal.full(full.message());
                case LogReply.NotInCharge moved ->
                    wait.pause("the owner of partition " + partition + " keeps changing");
                default ->
                    // A second try might write it twice: the owner may have logged it, and history may have it already.
                    throw Refusal.upstream("the owner of the rows failed (" + reply
                            + "): the write may be stored or not; give an ingest_id to be able to retry it");
            }
        }
    }

    private Receipt appendNamed(String ingestId, Upload upload) {
        String id = UploadRecord.named(ingestId);
        Wait wait = new Wait();
        while (true) {
            UploadRecord known = grid.uploads().get(id);
            Receipt receipt =
                    known == null ? attempt(id, newStamps(), upload, null, wait) : goOn(ingestId, known, upload, wait);
            if (receipt != null) {
                return receipt;
            }
            wait.pause("the write with ingest_id \"" + ingestId + "\" is still in work elsewhere");
        }
    }

    private @Nullable Receipt goOn(String ingestId, UploadRecord known, Upload upload, Wait wait) {
        if (known.content().rows() != rows(upload) && known.state() != State.ABORTED) {
            throw Refusal.conflict(ingestId, known.content().rows(), rows(upload));
        }
        return switch (known.state()) {
            case DONE -> receipt(known);
            case LOGGED -> complete(ingestId, known, upload, wait);
            case ABORTED -> attempt(known.id(), newStamps(), upload, known, wait);
            case PREPARED -> isHeld(known) ? null : takeOver(ingestId, known, upload, wait);
        };
    }

    /** Whether somebody may still be at it. */
    private boolean isHeld(UploadRecord record) {
        String holder = record.attempt().holder();
        boolean mine = holder.equals(grid.partitions().self());
        boolean recent = stamps.clock().nowMicros() - record.attempt().since()
                < settings.holdLimit().toNanos() / 1_000;
        return mine ? inWork.contains(record.id()) : recent && grid.partitions().alive(holder);
    }

    private @Nullable Receipt takeOver(String ingestId, UploadRecord known, Upload upload, Wait wait) {
        UploadSplit split = UploadSplit.of(upload, known.stamps(), grid.partitions());
        // The fingerprint is that of rows and stamps: it does not depend on the try.
        int fingerprint = UploadSplit.fingerprint(split.entries(known.id(), 1, known.stamps(), allocator));
        if (fingerprint != known.content().fingerprint()) {
            throw Refusal.conflict(ingestId, known.content().rows(), rows(upload));
        }
        return attempt(known.id(), known.stamps(), upload, known, wait);
    }

    /**
     * One try of a named write.
     *
     * @param before the record that it replaces, or null for none
     * @return null if another try was faster
     */
    private @Nullable Receipt attempt(
            String id, UploadRecord.Stamps given, Upload upload, @Nullable UploadRecord before, Wait wait) {
        int number = before == null ? 1 : before.attempt().number() + 1;
        UploadSplit split = UploadSplit.of(upload, given, grid.partitions());
        List<LogEntry> entries = split.entries(id, number, given, allocator);
        UploadRecord record = begin(id, given, upload, entries, number);
        if (!inWork.add(id)) {
            return null;
        }
        try {
            boolean begun = before == null
                    ? grid.uploads().create(record)
                    : grid.uploads().replace(before, record);
            UploadRecord logged = begun ? log(record, entries, wait) : null;
            if (logged == null) {
                return null;
            }
            finish(logged, entries, wait);
            return receipt(logged);
        } finally {
            inWork.remove(id);
        }
    }

    /** The entries of a record that is LOGGED are merged, by whichever try. */
    private Receipt complete(String ingestId, UploadRecord known, Upload upload, Wait wait) {
        UploadSplit split = UploadSplit.of(upload, known.stamps(), grid.partitions());
        List<LogEntry> entries = split.entries(known.id(), known.attempt().number(), known.stamps(), allocator);
        if (UploadSplit.fingerprint(entries) != known.content().fingerprint()) {
            throw Refusal.conflict(ingestId, known.content().rows(), rows(upload));
        }
        finish(known, entries, wait);
        return receipt(known);
    }

    private UploadRecord begin(
            String id, UploadRecord.Stamps given, Upload upload, List<LogEntry> entries, int number) {
        return new UploadRecord(
                id,
                given,
                new UploadRecord.Content(rows(upload), UploadSplit.fingerprint(entries)),
                new UploadRecord.Attempt(
                        number, grid.partitions().self(), stamps.clock().nowMicros()),
                State.PREPARED);
    }

    /** Puts the entries and makes them count; null if another try took over or this one was given up. */
    private @Nullable UploadRecord log(UploadRecord record, List<LogEntry> entries, Wait wait) {
        try {
            eachOwner(entries, LogEntry::key, LogRequest.Prepare::new, wait);
        } catch (RuntimeException failure) {
            try {
                abort(record, entries);
            } catch (RuntimeException second) {
                failure.addSuppressed(second);
            }
            throw failure;
        }
        UploadRecord logged = record.in(State.LOGGED);
        return grid.uploads().replace(record, logged) ? logged : null;
    }

    private void abort(UploadRecord record, List<LogEntry> entries) {
        if (grid.uploads().replace(record, record.in(State.ABORTED))) {
            // Only to make room soon: who owns the entries will find out by itself.
            Map<String, List<EntryKey>> keys = new LinkedHashMap<>();
            for (LogEntry entry : entries) {
                keys.computeIfAbsent(grid.partitions().owner(entry.key().partition()), missing -> new ArrayList<>())
                        .add(entry.key());
            }
            Map<String, LogRequest> requests = new LinkedHashMap<>();
            keys.forEach((node, ofNode) -> requests.put(node, new LogRequest.Forget(ofNode)));
            grid.messages().call(requests, settings.uploadLimit());
        }
    }

    private void finish(UploadRecord logged, List<LogEntry> entries, Wait wait) {
        List<EntryKey> keys = entries.stream().map(LogEntry::key).toList();
        eachOwner(keys, Function.identity(), LogRequest.Commit::new, wait);
        if (logged.isNamed()) {
            // Another try may have done the same meanwhile.
            grid.uploads().replace(logged, logged.in(State.DONE));
        } else {
            grid.uploads().remove(logged);
        }
    }

    /** Sends each owner its share, again and again until all have taken it. */
    private <T> void eachOwner(
            List<T> items, Function<T, EntryKey> key, Function<List<T>, LogRequest> request, Wait wait) {
        List<T> left = items;
        while (!left.isEmpty()) {
            Map<String, List<T>> shares = new LinkedHashMap<>();
            for (T item : left) {
                shares.computeIfAbsent(
                                grid.partitions().owner(key.apply(item).partition()), missing -> new ArrayList<>())
                        .add(item);
            }
            Map<String, LogRequest> requests = new LinkedHashMap<>();
            shares.forEach((node, share) -> requests.put(node, request.apply(share)));
            Map<String, LogReply> replies = grid.messages().call(requests, settings.uploadLimit());
            left = new ArrayList<>();
            for (Map.Entry<String, List<T>> share : shares.entrySet()) {
                switch (replies.getOrDefault(share.getKey(), new LogReply.Failed("no answer"))) {
                    case LogReply.Done done -> {}
                    case LogReply.NotInCharge moved -> left.addAll(share.getValue());
                    case LogReply.Gone gone -> left.addAll(share.getValue());
                    case LogReply.Full full -> throw Refusal.full(full.message());
                    case LogReply.Failed failed -> throw unfinished(failed.message());
                    case LogReply.Measured odd -> throw new IllegalStateException("an owner answered " + odd);
                    case LogReply.Gathered odd -> throw new IllegalStateException("an owner answered " + odd);
                    case LogReply.Uploads odd -> throw new IllegalStateException("an owner answered " + odd);
                }
            }
            if (!left.isEmpty()) {
                wait.pause("owners of the rows keep changing");
            }
        }
    }

    private static FeatureGridException unfinished(String why) {
        return new FeatureGridException(
                ErrorCode.UPSTREAM_FAILED,
                "an owner of the rows failed (" + why
                        + "): the write was not finished; retry it with the same ingest_id");
    }

    private LogReply call(String node, LogRequest request) {
        Map<String, LogRequest> requests = new HashMap<>();
        requests.put(node, request);
        return grid.messages()
                .call(requests, settings.uploadLimit())
                .getOrDefault(node, new LogReply.Failed("no answer"));
    }

    private UploadRecord.Stamps newStamps() {
        return new UploadRecord.Stamps(stamps.next(), stamps.clock().nowMicros(), stamps.sequence(0));
    }

    private static Receipt receipt(UploadRecord record) {
        return new Receipt(record.content().rows(), record.stamps().insertedAt());
    }

    private static long rows(Upload upload) {
        return upload.sets().stream()
                .mapToLong(set -> set.observations().rows())
                .sum();
    }

    /** Waits that grow, and end with the time that a write may take. */
    private final class Wait {
        private final long end =
                stamps.clock().nowMicros() + settings.uploadLimit().toNanos() / 1_000;
        private Duration next = FIRST_PAUSE;

        void pause(String why) {
            if (stamps.clock().nowMicros() >= end) {
                throw Refusal.upstream(
                        why + " for " + settings.uploadLimit() + " (expected a grid that settles; try again)");
            }
            grid.pauses().pause(next);
            Duration doubled = next.multipliedBy(2);
            next = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        }
    }
}
