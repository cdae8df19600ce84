package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which observation each feature of one online row comes from: the row's few distinct stamps, and for each feature number a pointer to one
 * of them. Indexes of stamps count from 1, so that 0 says none.
 *
 * <p>Kept as bytes beside the row's values: format (1); varint count; count x (observed_at, inserted_at, sequence: int64 little-endian;
 * origin: byte); varint m, the highest feature number; m x varint pointer (0 not carried, else 2 x index, + 1 if MISSING by a tombstone);
 * varint pointer of the tombstone of all features, in the same form; for each feature pointer above 0 a varint resolver version (0: none).
 * What is written is canonical: stamps ascend, each is there once, m is carried; so equal rows have equal bytes.
 *
 * <p>The greatest stamp of an observation that is no tombstone is always kept, also when no pointer refers to it: it says whether the
 * entity has a row. A stamp that only pointers of tombstones refer to is no such observation.
 *
 * <p>Not safe for use by several threads while it decodes; else immutable.
 */
public final class RowStamps {
    private static final int FORMAT = 1;
    private static final int STAMP_WORDS = 3;
    private static final int STAMP_BYTES = STAMP_WORDS * Long.BYTES + 1;
    private static final int LONGEST_VARINT = 5;
    private static final int[] NO_VERSIONS = new int[0];

    private int count;
    private long[] times;
    private byte[] origins;
    private int highest;
    private int[] pointers;
    /** Of which only those count that {@link #versioned} says: so rows with and without can be decoded into the same array. */
    private int[] versions = NO_VERSIONS;

    private boolean versioned;
    private int tombstone;
    private int newest;

    /** No stamps: of an entity that nothing is known of, or to {@link #decode} into. */
    public RowStamps() {
        this(0, new long[2 * STAMP_WORDS], new byte[2], 0, new int[16]);
    }

    /** Takes the arrays as they are. */
    RowStamps(int count, long[] times, byte[] origins, int highest, int[] pointers) {
        this.count = count;
        this.times = times;
        this.origins = origins;
        this.highest = highest;
        this.pointers = pointers;
    }

    /**
     * The stamps of a row that one observation makes.
     *
     * @param tombstone whether it makes what it carries MISSING, or all features if it carries none
     * @param carried ascending feature numbers, of which the first {@code carriedCount} count
     */
    public static RowStamps ofObservation(
            Stamp stamp, int originCode, boolean tombstone, int[] carried, int carriedCount) {
        int highest = carriedCount == 0 ? 0 : carried[carriedCount - 1];
        int[] pointers = new int[highest + 1];
        for (int index = 0; index < carriedCount; index++) {
            pointers[carried[index]] = tombstone ? 3 : 2;
        }
        RowStamps stamps = new RowStamps(
                1,
                new long[] {stamp.observedAt(), stamp.insertedAt(), stamp.sequence()},
                new byte[] {(byte) originCode},
                highest,
                pointers);
        stamps.tombstone = tombstone && carriedCount == 0 ? 1 : 0;
        stamps.newest = tombstone ? 0 : 1;
        return stamps;
    }

    /**
     * The stamps of a row that one observation makes which is no tombstone, with the versions of the resolvers that computed it.
     *
     * @param carried as above
     */
    static RowStamps ofComputed(
            Stamp stamp, int originCode, int[] carried, int carriedCount, ResolverVersions resolverVersions) {
        RowStamps stamps = ofObservation(stamp, originCode, false, carried, carriedCount);
        int[] versions = new int[stamps.highest + 1];
        for (int index = 0; index < carriedCount; index++) {
            versions[carried[index]] = resolverVersions.version(carried[index]);
            stamps.versioned |= versions[carried[index]] != 0;
        }
        stamps.versions = versions;
        return stamps;
    }

    /** The highest feature number that a pointer is kept of. */
    public int highest() {
        return highest;
    }

    /** The number of distinct stamps. */
    public int count() {
        return count;
    }

    /** The pointer of a feature; 0 if nothing is known of it. */
    public int pointer(int number) {
        return number <= highest ? pointers[number] : 0;
    }

    /** The index of the stamp that a pointer refers to. */
    public static int index(int pointer) {
        return pointer >>> 1;
    }

    /** Whether a pointer above 0 says that the feature is MISSING by a tombstone. */
    public static boolean isTombstone(int pointer) {
        return (pointer & 1) != 0;
    }

    /** The resolver version of a feature's value; 0 for none. */
    public int version(int number) {
        return versioned && number <= highest ? versions[number] : 0;
    }

    public long observedAt(int index) {
        return times[(index - 1) * STAMP_WORDS];
    }

    public long insertedAt(int index) {
        return times[(index - 1) * STAMP_WORDS + 1];
    }

    public long sequence(int index) {
        return times[(index - 1) * STAMP_WORDS + 2];
    }

    public int originCode(int index) {
        return origins[index - 1];
    }

    public Origin origin(int index) {
        return Origin.ofCode(origins[index - 1]);
    }

    public Stamp stamp(int index) {
        return new Stamp(observedAt(index), insertedAt(index), sequence(index));
    }

    /** The index of the newest tombstone of all features; 0 for none. */
    public int tombstone() {
        return tombstone;
    }

    /** The index of the newest observation that is no tombstone; 0 for none. */
    public int newest() {
        return newest;
    }

    /** Whether the entity has a row: the newest that is known of it until now is an observation. */
    public boolean exists(long now) {
        return newest != 0
                && observedAt(newest) <= now
                && (tombstone == 0 || compare(this, newest, this, tombstone) > 0);
    }

    /** Whether nothing at all is known. */
    public boolean isEmpty() {
        return count == 0;
    }

    /** The order of two stamps of two rows. */
    static int compare(RowStamps left, int leftIndex, RowStamps right, int rightIndex) {
        return Stamp.compare(
                left.observedAt(leftIndex),
                left.insertedAt(leftIndex),
                left.sequence(leftIndex),
                right.observedAt(rightIndex),
                right.insertedAt(rightIndex),
                right.sequence(rightIndex));
    }

    /** Completes what {@link RowMerge} made. */
    RowStamps with(int tombstoneIndex, int newestIndex, int @Nullable [] versionOfNumber) {
        this.tombstone = tombstoneIndex;
        this.newest = newestIndex;
        this.versioned = versionOfNumber != null;
        this.versions = versionOfNumber == null ? NO_VERSIONS : versionOfNumber;
        return this;
    }

    /** The bytes that {@link #decode} reads. */
    public byte[] encode() {
        byte[] bytes = new byte
                [1 + (3 + highest) * LONGEST_VARINT + count * STAMP_BYTES + (versioned ? 4 : 0) * highest + highest];
        int at = 0;
        bytes[at++] = FORMAT;
        at = putVarint(bytes, at, count);
        for (int index = 0; index < count; index++) {
            for (int word = 0; word < STAMP_WORDS; word++) {
                LittleEndian.putLong(bytes, at, times[index * STAMP_WORDS + word]);
                at += Long.BYTES;
            }
            bytes[at++] = origins[index];
        }
        at = putVarint(bytes, at, highest);
        for (int number = 1; number <= highest; number++) {
            at = putVarint(bytes, at, pointers[number]);
        }
        at = putVarint(bytes, at, tombstone == 0 ? 0 : 2 * tombstone + 1);
        for (int number = 1; number <= highest; number++) {
            if (pointers[number] != 0) {
                at = putVarint(bytes, at, version(number));
            }
        }
        return Arrays.copyOf(bytes, at);
    }

    /**
     * Takes the place of what this held before. Allocates nothing but for a row that is larger than any before.
     *
     * @throws FeatureGridException INTERNAL_SERVER_ERROR if the bytes are no stamps of this format; what this holds then is undefined
     */
    public void decode(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != FORMAT) {
            throw damaged("format is " + (bytes.length == 0 ? "missing" : bytes[0]) + " (expected " + FORMAT + ")");
        }
        try {
            Reading reading = new Reading(bytes);
            decodeStamps(reading);
            decodePointers(reading);
            if (reading.at != bytes.length) {
                throw damaged(bytes.length - reading.at + " bytes follow the last version (expected none)");
            }
        } catch (IndexOutOfBoundsException outside) {
            throw damaged("the " + bytes.length + " bytes end early");
        }
    }

    private void decodeStamps(Reading reading) {
        count = reading.varint();
        if (count > (reading.bytes.length - reading.at) / STAMP_BYTES) {
            throw damaged("count is " + count + ", more than " + reading.bytes.length + " bytes hold");
        }
        if (origins.length < count) {
            times = new long[2 * count * STAMP_WORDS];
            origins = new byte[2 * count];
        }
        for (int index = 0; index < count; index++) {
            for (int word = 0; word < STAMP_WORDS; word++) {
                times[index * STAMP_WORDS + word] = LittleEndian.getLong(reading.bytes, reading.at);
                reading.at += Long.BYTES;
            }
            origins[index] = reading.bytes[reading.at++];
        }
    }

    private void decodePointers(Reading reading) {
        highest = reading.varint();
        if (highest > reading.bytes.length - reading.at) {
            throw damaged("highest number is " + highest + ", more than " + reading.bytes.length + " bytes hold");
        }
        if (pointers.length <= highest) {
            pointers = new int[2 * highest + 1];
        }
        for (int number = 1; number <= highest; number++) {
            pointers[number] = checked(reading.varint());
        }
        tombstone = index(checked(reading.varint()));
        versioned = false;
        for (int number = 1; number <= highest; number++) {
            if (pointers[number] != 0) {
                int version = reading.varint();
                if (version != 0) {
                    if (!versioned) {
                        beginVersions();
                    }
                    versions[number] = version;
                }
            }
        }
        newest = findNewest();
    }

    private void beginVersions() {
        versioned = true;
        if (versions.length <= highest) {
            versions = new int[2 * highest + 1];
        } else {
            Arrays.fill(versions, 0, highest + 1, 0);
        }
    }

    /** The greatest stamp that a value comes from or that nothing refers to. */
    private int findNewest() {
        if (count == 1) {
            return onlyStampIsTombstone() ? 0 : 1;
        }
        int found = 0;
        for (int index = 1; index <= count; index++) {
            if ((found == 0 || compare(this, index, this, found) > 0) && isObservation(index)) {
                found = index;
            }
        }
        return found;
    }

    private boolean onlyStampIsTombstone() {
        return !isObservation(1);
    }

    private boolean isObservation(int index) {
        boolean referred = tombstone == index;
        for (int number = 1; number <= highest; number++) {
            int pointer = pointers[number];
            if (pointer == 2 * index) {
                return true;
            }
            referred |= pointer == 2 * index + 1;
        }
        return !referred;
    }

    private int checked(int pointer) {
        if (pointer == 1 || index(pointer) > count) {
            throw damaged("pointer is " + pointer + " with " + count + " stamps (expected 0 or 2 to " + (2 * count + 1)
                    + ")");
        }
        return pointer;
    }

    private static int putVarint(byte[] bytes, int at, int value) {
        int position = at;
        int rest = value;
        while ((rest & ~0x7f) != 0) {
            bytes[position++] = (byte) ((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        bytes[position++] = (byte) rest;
        return position;
    }

    private static FeatureGridException damaged(String what) {
        return new FeatureGridException(
                ErrorCode.INTERNAL_SERVER_ERROR,
                "the stamps of an online row cannot be read: " + what
                        + "; a newer version wrote it, or it is damaged: load the set from history");
    }

    /** A position in bytes. */
    private static final class Reading {
        private final byte[] bytes;
        private int at = 1;

        Reading(byte[] bytes) {
            this.bytes = bytes;
        }

        int varint() {
            int value = bytes[at++];
            if (value >= 0) {
                return value;
            }
            value &= 0x7f;
            for (int shift = 7; shift < 35; shift += 7) {
                int next = bytes[at++];
                value |= (next & 0x7f) << shift;
                if (next >= 0) {
                    if (value < 0) {
                        break;
                    }
                    return value;
                }
            }
            throw damaged("a number at byte " + at + " is longer than 31 bits");
        }
    }
}
