package io.featuregrid.gridnode.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.batch.Origin;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RowStampsTest {
    /** Bytes that lie on disks: they are read for ever, and written so until the format has another number. */
    @Test
    void theBytesStayWhatTheyAre() {
        RowStamps row = RowStamps.ofObservation(new Stamp(1, 2, 3), 1, false, new int[] {2, 300}, 2);
        row = merged(row, RowStamps.ofObservation(new Stamp(-1, 5, 1L << 48 | 7), 5, true, new int[] {0}, 0));
        row = merged(row, RowStamps.ofObservation(new Stamp(16, 17, 18), 2, true, new int[] {3}, 1));

        String expected = "01" + "03"
                + "ffffffffffffffff" + "0500000000000000" + "0700000000000100" + "05"
                + "0100000000000000" + "0200000000000000" + "0300000000000000" + "01"
                + "1000000000000000" + "1100000000000000" + "1200000000000000" + "02"
                + "ac02"
                + "00" + "04" + "07" + "00".repeat(296) + "04"
                + "03"
                + "00" + "00" + "00";
        assertThat(HexFormat.of().formatHex(row.encode())).isEqualTo(expected);
    }

    @Test
    void bytesThatAnotherWriterOrdersOtherwiseAreRead() {
        RowStamps row = decoded(HexFormat.of()
                .parseHex("01" + "02"
                        + "1000000000000000" + "1100000000000000" + "1200000000000000" + "02"
                        + "0100000000000000" + "0200000000000000" + "0300000000000000" + "01"
                        + "02" + "04" + "03" + "00" + "8101" + "00"));

        assertThat(row.pointer(1)).isEqualTo(4);
        assertThat(row.version(1)).isEqualTo(129);
        assertThat(row.stamp(2)).isEqualTo(new Stamp(1, 2, 3));
        assertThat(row.origin(2)).isEqualTo(Origin.INGEST);
        assertThat(RowStamps.isTombstone(row.pointer(2))).isTrue();
        assertThat(row.newest()).isEqualTo(2);
        assertThat(decoded(row.encode()).encode()).isEqualTo(row.encode());
    }

    @Test
    void aResolverVersionTravelsWithItsValue() {
        RowStamps versioned = decoded(HexFormat.of()
                .parseHex("01" + "01" + "1000000000000000" + "1100000000000000" + "1200000000000000" + "05" + "02"
                        + "02" + "02" + "00" + "07" + "00"));
        RowStamps merged =
                merged(versioned, RowStamps.ofObservation(new Stamp(20, 20, 20), 2, false, new int[] {2, 3}, 2));

        assertThat(merged.version(1)).isEqualTo(7);
        assertThat(merged.version(2)).isZero();
        assertThat(decoded(merged.encode()).version(1)).isEqualTo(7);
        assertThat(merged(merged, versioned).encode()).isEqualTo(merged.encode());
    }

    @Test
    void theVersionsOfARowStandBehindItsPointers() {
        RowStamps row = RowStamps.ofComputed(
                new Stamp(1, 2, 3), 5, new int[] {1, 3}, 2, ResolverVersions.of(Map.of(1, 129, 2, 9, 4, 9)));
        String stamp = "0100000000000000" + "0200000000000000" + "0300000000000000" + "05";

        assertThat(HexFormat.of().formatHex(row.encode()))
                .isEqualTo("01" + "01" + stamp + "03" + "02" + "00" + "02" + "00" + "8101" + "00");
    }

    @Test
    void rowsThatAreReadIntoOneObjectKeepTheirVersionsApart() {
        byte[] versioned = RowStamps.ofComputed(
                        new Stamp(1, 2, 3), 5, new int[] {1, 3}, 2, ResolverVersions.of(Map.of(1, 7, 3, 8)))
                .encode();
        byte[] other = RowStamps.ofComputed(
                        new Stamp(1, 2, 3), 5, new int[] {1, 2, 3}, 3, ResolverVersions.of(Map.of(2, 9)))
                .encode();
        byte[] plain = RowStamps.ofObservation(new Stamp(1, 2, 3), 1, false, new int[] {1, 2, 3}, 3)
                .encode();
        RowStamps read = new RowStamps();
        for (byte[] bytes : List.of(versioned, other, plain, versioned, plain, other)) {
            read.decode(bytes);
            assertThat(IntStream.rangeClosed(1, 4).map(read::version))
                    .containsExactly(Arrays.equals(bytes, versioned) ? 7 : 0, Arrays.equals(bytes, other) ? 9 : 0, Arrays.equals(bytes, versioned) ? 8 : 0, 0);
            assertThat(read.encode()).isEqualTo(bytes);
        }
    }

    @Test
    void theStampOfARowWithoutValuesIsKept() {
        RowStamps empty = decoded(RowStamps.ofObservation(new Stamp(5, 1, 1), 1, false, new int[0], 0)
                .encode());
        assertThat(empty.newest()).isEqualTo(1);
        assertThat(empty.exists(5)).isTrue();
        assertThat(empty.exists(4)).isFalse();

        RowStamps tombstones = decoded(RowStamps.ofObservation(new Stamp(5, 1, 1), 1, true, new int[] {1}, 1)
                .encode());
        assertThat(tombstones.newest()).isZero();
        assertThat(tombstones.exists(5)).isFalse();
    }

    @Test
    void whatIsNoStampsIsRefused() {
        byte[] bytes = merged(
                        RowStamps.ofObservation(new Stamp(1, 2, 3), 1, false, new int[] {1, 2}, 2),
                        RowStamps.ofObservation(new Stamp(4, 5, 6), 1, true, new int[] {2}, 1))
                .encode();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> decoded(cut)).as("%d bytes", length).isInstanceOf(FeatureGridException.class);
        }
        assertThatThrownBy(() -> decoded(Arrays.copyOf(bytes, bytes.length + 1)))
                .hasMessageContaining("1 bytes follow the last version");
        byte[] later = bytes.clone();
        later[0] = 2;
        assertThatThrownBy(() -> decoded(later)).hasMessageContaining("format is 2 (expected 1)");
        byte[] astray = bytes.clone();
        astray[bytes.length - 4] = 6;
        assertThatThrownBy(() -> decoded(astray)).hasMessageContaining("pointer is 6 with 2 stamps");
    }

    private static RowStamps merged(RowStamps row, RowStamps change) {
        return RowMerge.of(row, change, RowMerge.all()).stamps();
    }

    private static RowStamps decoded(byte[] bytes) {
        RowStamps stamps = new RowStamps();
        stamps.decode(bytes);
        return stamps;
    }
}
