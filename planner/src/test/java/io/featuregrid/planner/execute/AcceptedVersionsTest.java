package io.featuregrid.planner.execute;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.featuregrid.planner.batch.Origin;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AcceptedVersionsTest {
    @Test
    void whatIsRestrictedNowhereIsAny() {
        assertThat(AcceptedVersions.of(Arrays.asList(null, null))).isSameAs(AcceptedVersions.ANY);
        assertThat(AcceptedVersions.ANY.restricted()).isFalse();
        assertThat(AcceptedVersions.ANY.fits(17)).isTrue();
    }

    @Test
    void aVersionCountsWhereItIsListed() {
        AcceptedVersions accepted = AcceptedVersions.of(Arrays.asList(null, new int[] {3, 5}, new int[0]));
        int query = Origin.QUERY.code();
        int upload = Origin.UPLOAD.code();

        assertThat(accepted.restricted()).isTrue();
        assertThat(accepted.fits(3)).isTrue();
        assertThat(accepted.fits(2)).isFalse();
        assertThat(accepted.accepts(0, 9, query)).isTrue();
        assertThat(accepted.accepts(0, 0, query)).isTrue();
        assertThat(accepted.accepts(1, 5, query)).isTrue();
        assertThat(accepted.accepts(1, 4, query)).isFalse();
        assertThat(accepted.accepts(1, 4, upload)).isFalse();
        assertThat(accepted.accepts(1, 0, query)).isFalse();
        assertThat(accepted.accepts(1, 0, upload)).isTrue();
        assertThat(accepted.accepts(2, 5, query)).isFalse();
        assertThat(accepted.accepts(2, 0, upload)).isTrue();
    }

    @Test
    void noVersionIsNoneToAccept() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AcceptedVersions.of(List.of(new int[] {1, 0})))
                .withMessageContaining("are [1, 0] (expected versions from 1)");
    }
}
