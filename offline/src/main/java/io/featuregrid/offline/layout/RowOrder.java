package io.featuregrid.offline.layout;

/** Stable sorting of row numbers without an object a row: bottom-up merge sort over runs made by insertion. */
public final class RowOrder {
    private static final int RUN = 16;

    private RowOrder() {}

    /** Compares two rows, as {@link java.util.Comparator} does. */
    @FunctionalInterface
    public interface RowComparator {
        int compare(int left, int right);
    }

    /** The row numbers {@code 0..count-1} in ascending order; equal rows stay in the order of their numbers. */
    public static int[] sorted(int count, RowComparator comparator) {
        int[] rows = new int[count];
        for (int row = 0; row < count; row++) {
            rows[row] = row;
        }
        return sort(rows, comparator);
    }

    /** Sorts row numbers; the result may be the given array or another, whose contents are lost. */
    public static int[] sort(int[] rows, RowComparator comparator) {
        for (int from = 0; from < rows.length; from += RUN) {
            insertionSort(rows, from, Math.min(from + RUN, rows.length), comparator);
        }
        int[] source = rows;
        int[] target = new int[rows.length];
        for (int width = RUN; width < rows.length && width > 0; width <<= 1) {
            for (int from = 0; from < rows.length; from += 2 * width) {
                int middle = Math.min(from + width, rows.length);
                merge(source, target, from, middle, Math.min(middle + width, rows.length), comparator);
            }
            int[] swap = source;
            source = target;
            target = swap;
        }
        return source;
    }

    private static void insertionSort(int[] rows, int from, int to, RowComparator comparator) {
        for (int next = from + 1; next < to; next++) {
            int row = rows[next];
            int place = next;
            while (place > from && comparator.compare(rows[place - 1], row) > 0) {
                rows[place] = rows[place - 1];
                place--;
            }
            rows[place] = row;
        }
    }

    private static void merge(int[] source, int[] target, int from, int middle, int to, RowComparator comparator) {
        if (middle >= to || comparator.compare(source[middle - 1], source[middle]) <= 0) {
            System.arraycopy(source, from, target, from, to - from);
            return;
        }
        int left = from;
        int right = middle;
        for (int place = from; place < to; place++) {
            boolean takeLeft = right >= to || (left < middle && comparator.compare(source[left], source[right]) <= 0);
            target[place] = takeLeft ? source[left++] : source[right++];
        }
    }
}
