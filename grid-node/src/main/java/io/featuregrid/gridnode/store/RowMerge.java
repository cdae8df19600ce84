package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.execute.ErasureList;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * Two rows of one entity made one: for each feature the greater stamp wins, the greater tombstone of all features wins and hides every
 * feature at or below it, the greatest observation stays known. So merging is commutative, associative and idempotent, and one observation
 * is a row like any other. An observation that both rows know, one of them without the versions of its resolvers, keeps them.
 *
 * <p>Each feature's choice says which of the two rows its value is taken from. Immutable.
 */
public final class RowMerge {
    private static final byte NONE = 0;
    private static final byte STORED = 1;
    private static final byte CHANGE = 2;
    private static final RowStamps NOTHING = new RowStamps();

    private final RowStamps stamps;
    private final byte[] choices;
    private final boolean changed;

    private RowMerge(RowStamps stamps, byte[] choices, boolean changed) {
        this.stamps = stamps;
        this.choices = choices;
        this.changed = changed;
    }

    /**
     * Merges a change into what is stored.
     *
     * @param keeps which feature numbers the row still has; the others are dropped
     */
    public static RowMerge of(RowStamps stored, RowStamps change, IntPredicate keeps) {
        boolean changed = false;
        int tombstone = stored.tombstone();
        if (newer(stored, tombstone, change, change.tombstone())) {
            tombstone = stored.count() + change.tombstone();
            changed = true;
        }
        int newest = stored.newest();
        if (newer(stored, newest, change, change.newest())) {
            newest = stored.count() + change.newest();
            changed = true;
        }
        byte[] choices = new byte[Math.max(stored.highest(), change.highest()) + 1];
        for (int number = 1; number < choices.length; number++) {
            int before = RowStamps.index(stored.pointer(number));
            int after = RowStamps.index(change.pointer(number));
            if ((before | after) == 0 || !keeps.test(number)) {
                continue;
            }
            boolean wins = newer(stored, before, change, after) || knowsVersion(number, stored, before, change, after);
            if (wins && newer(stored, stored.tombstone(), change, after)) {
                choices[number] = CHANGE;
                changed = true;
            } else if (before != 0 && (change.tombstone() == 0 || newer(change, change.tombstone(), stored, before))) {
                choices[number] = STORED;
            }
        }
        return new RowMerge(assemble(stored, change, choices, tombstone, newest), choices, changed);
    }

    /**
     * Removes from a row what stamps at or below a mark brought.
     *
     * @param mark of which inserted_at and sequence count
     * @param keeps which feature numbers the row still has; the others are dropped
     */
    public static RowMerge erasing(RowStamps stored, Stamp mark, IntPredicate keeps) {
        byte[] choices = new byte[stored.highest() + 1];
        boolean changed = hides(mark, stored, stored.tombstone()) || hides(mark, stored, stored.newest());
        int newest = hides(mark, stored, stored.newest()) ? 0 : stored.newest();
        for (int number = 1; number < choices.length; number++) {
            int pointer = stored.pointer(number);
            if (pointer == 0 || !keeps.test(number)) {
                continue;
            }
            int index = RowStamps.index(pointer);
            if (hides(mark, stored, index)) {
                changed = true;
                continue;
            }
            choices[number] = STORED;
            // What is left is all that is known: its greatest observation is now the newest.
            if (!RowStamps.isTombstone(pointer) && newer(stored, newest, stored, index)) {
                newest = index;
            }
        }
        int tombstone = hides(mark, stored, stored.tombstone()) ? 0 : stored.tombstone();
        return new RowMerge(assemble(stored, NOTHING, choices, tombstone, newest), choices, changed);
    }

    /** The stamps of the row that both make. */
    public RowStamps stamps() {
        return stamps;
    }

    /** Whether the row that both make differs from the stored one, dropped features apart. */
    public boolean changed() {
        return changed;
    }

    /** Whether a feature of the row comes from the change, not from what was stored. */
    public boolean fromChange(int number) {
        return choices[number] == CHANGE;
    }

    /** Whether a stamp is there and greater than another, or there is no other. */
    private static boolean newer(RowStamps than, int thanIndex, RowStamps stamps, int index) {
        return index != 0 && (thanIndex == 0 || RowStamps.compare(stamps, index, than, thanIndex) > 0);
    }

    /** Whether the change tells the same observation of a feature as is stored, and with a greater version: both are known or one is. */
    private static boolean knowsVersion(int number, RowStamps stored, int before, RowStamps change, int after) {
        return before != 0
                && after != 0
                && change.version(number) > stored.version(number)
                && RowStamps.compare(change, after, stored, before) == 0;
    }

    private static boolean hides(Stamp mark, RowStamps stamps, int index) {
        return index != 0 && ErasureList.hides(mark, stamps.insertedAt(index), stamps.sequence(index));
    }

    /** Numbers anew the stamps that are still needed; those of the change come behind the stored ones. */
    private static RowStamps assemble(RowStamps stored, RowStamps change, byte[] choices, int tombstone, int newest) {
        int[] numbers = new int[stored.count() + change.count() + 1];
        int highest = 0;
        boolean versioned = false;
        int[] pointers = new int[choices.length];
        for (int number = 1; number < choices.length; number++) {
            if (choices[number] == NONE) {
                continue;
            }
            boolean fromChange = choices[number] == CHANGE;
            RowStamps source = fromChange ? change : stored;
            int pointer = source.pointer(number) + (fromChange ? 2 * stored.count() : 0);
            pointers[number] = pointer;
            numbers[RowStamps.index(pointer)] = 1;
            versioned |= source.version(number) != 0;
            highest = number;
        }
        numbers[tombstone] = 1;
        numbers[newest] = 1;
        RowStamps result = table(stored, change, numbers, highest, pointers);
        for (int number = 1; number <= highest; number++) {
            if (pointers[number] != 0) {
                pointers[number] = 2 * numbers[RowStamps.index(pointers[number])] + (pointers[number] & 1);
            }
        }
        return result.with(numbers[tombstone], numbers[newest], versioned ? versions(stored, change, choices) : null);
    }

    /**
     * The ascending table of the stamps that are marked, each once.
     *
     * @param numbers by index in both tables, what is not 0 is marked; afterwards the index in the new table
     */
    private static RowStamps table(RowStamps stored, RowStamps change, int[] numbers, int highest, int[] pointers) {
        int[] order = new int[numbers.length];
        int used = 0;
        numbers[0] = 0;
        for (int index = 1; index < numbers.length; index++) {
            if (numbers[index] != 0) {
                int at = used++;
                for (; at > 0 && compare(stored, change, order[at - 1], index) > 0; at--) {
                    order[at] = order[at - 1];
                }
                order[at] = index;
            }
        }
        long[] times = new long[3 * used];
        byte[] origins = new byte[used];
        int count = 0;
        for (int at = 0; at < used; at++) {
            int index = order[at];
            // A repeated observation stands in both tables.
            if (at == 0 || compare(stored, change, order[at - 1], index) != 0) {
                boolean ofStored = index <= stored.count();
                RowStamps source = ofStored ? stored : change;
                int sourceIndex = ofStored ? index : index - stored.count();
                times[3 * count] = source.observedAt(sourceIndex);
                times[3 * count + 1] = source.insertedAt(sourceIndex);
                times[3 * count + 2] = source.sequence(sourceIndex);
                origins[count] = (byte) source.originCode(sourceIndex);
                count++;
            }
            numbers[index] = count;
        }
        return new RowStamps(count, times, origins, highest, pointers);
    }

    private static int compare(RowStamps stored, RowStamps change, int left, int right) {
        int count = stored.count();
        return RowStamps.compare(
                left <= count ? stored : change,
                left <= count ? left : left - count,
                right <= count ? stored : change,
                right <= count ? right : right - count);
    }

    private static int[] versions(RowStamps stored, RowStamps change, byte[] choices) {
        int[] versions = new int[choices.length];
        Arrays.setAll(versions, number -> switch (choices[number]) {
            case STORED -> stored.version(number);
            case CHANGE -> change.version(number);
            default -> 0;
        });
        return versions;
    }

    /** Keeps every feature. */
    public static IntPredicate all() {
        return number -> true;
    }
}
