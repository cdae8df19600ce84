package io.featuregrid.gridnode.ingest;

import java.time.Duration;

/**
 * How the log and its drain behave.
 *
 * @param logBytes how much one node may hold of the log before it refuses writes
 * @param segment when a shard is drained
 * @param uploadLimit how long a write may take
 * @param holdLimit how long an unfinished write is left alone before it is taken over or given up
 * @param kept how long the id of a write is known
 * @param broken the rule that a control breaks
 */
public record LogSettings(
        long logBytes,
        SegmentLimits segment,
        Duration uploadLimit,
        Duration holdLimit,
        Duration kept,
        BrokenRule broken) {
    /**
     * When a shard is drained, and how much of it at once.
     *
     * @param bytes drained once it has so many
     * @param age drained once its oldest entry is so old
     * @param entries at most so many at once
     */
    public record SegmentLimits(long bytes, Duration age, int entries) {}

    /** What holds if nothing is configured. */
    public static LogSettings defaults() {
        return new LogSettings(
                256L << 20,
                new SegmentLimits(64L << 20, Duration.ofSeconds(10), 16_384),
                Duration.ofSeconds(10),
                Duration.ofMinutes(1),
                Duration.ofHours(24),
                BrokenRule.ofProperty(System.getProperty(BrokenRule.PROPERTY)));
    }

    public LogSettings withLogBytes(long bytes) {
        return new LogSettings(bytes, segment, uploadLimit, holdLimit, kept, broken);
    }

    public LogSettings withSegment(SegmentLimits limits) {
        return new LogSettings(logBytes, limits, uploadLimit, holdLimit, kept, broken);
    }

    public LogSettings withBroken(BrokenRule rule) {
        return new LogSettings(logBytes, segment, uploadLimit, holdLimit, kept, rule);
    }
}
