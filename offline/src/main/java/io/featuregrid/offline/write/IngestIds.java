package io.featuregrid.offline.write;

import com.google.common.base.Splitter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last ingests of a table, kept in one of its properties so that they change in the same commit as its files. */
final class IngestIds {
    static final String PROPERTY = "ingests";

    private static final int KEPT = 10_000;

    private final List<Entry> entries = new ArrayList<>();

    private IngestIds() {}

    /**
     * One ingest that was committed.
     *
     * @param online how many of its rows were not in the future, and so belong into the online store
     */
    record Entry(String id, long rows, long insertedAt, long online) {
        private String line() {
            return id + ' ' + rows + ' ' + insertedAt + ' ' + online;
        }
    }

    static IngestIds read(Map<String, String> properties) {
        IngestIds ids = new IngestIds();
        for (String line : Splitter.on('\n').omitEmptyStrings().split(properties.getOrDefault(PROPERTY, ""))) {
            List<String> parts = Splitter.on(' ').splitToList(line);
            // Lines of before there was an online store end with inserted_at.
            long online = parts.size() > 3 ? Long.parseLong(parts.get(3)) : 0;
            ids.entries.add(
                    new Entry(parts.get(0), Long.parseLong(parts.get(1)), Long.parseLong(parts.get(2)), online));
        }
        return ids;
    }

    Optional<Entry> find(String id) {
        return entries.stream().filter(entry -> entry.id().equals(id)).findFirst();
    }

    /** The property's text with one ingest more, the oldest forgotten. */
    String with(Entry entry) {
        StringBuilder text = new StringBuilder();
        int from = Math.max(0, entries.size() + 1 - KEPT);
        for (Entry kept : entries.subList(from, entries.size())) {
            text.append(kept.line()).append('\n');
        }
        return text.append(entry.line()).toString();
    }
}
