package io.featuregrid.planner.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ResolverVersionsTest {
    @Test
    void whatIsNotNamedHasNone() {
        ResolverVersions versions = ResolverVersions.of(Map.of(5, 1, 2, 7, 9, 0));

        assertThat(versions.version(2)).isEqualTo(7);
        assertThat(versions.version(5)).isEqualTo(1);
        assertThat(versions.version(3)).isZero();
        assertThat(versions.version(1_000)).isZero();
        assertThat(versions.isEmpty()).isFalse();
        assertThat(versions.text()).isEqualTo("2=7,5=1");
        assertThat(ResolverVersions.of(Map.of(3, 0))).isEqualTo(ResolverVersions.NONE);
        assertThat(ResolverVersions.NONE.isEmpty()).isTrue();
    }

    @Test
    void textComesBack() {
        for (long seed = 1; seed <= 50; seed++) {
            Random random = new Random(seed);
            Map<Integer, Integer> byNumber = new HashMap<>();
            for (int index = random.nextInt(6); index > 0; index--) {
                byNumber.put(1 + random.nextInt(300), random.nextInt(Integer.MAX_VALUE));
            }
            ResolverVersions versions = ResolverVersions.of(byNumber);
            ResolverVersions read = ResolverVersions.ofText(versions.text());
            assertThat(read).as("seed %d", seed).isEqualTo(versions).hasSameHashCodeAs(versions);
            byNumber.forEach(
                    (number, version) -> assertThat(read.version(number)).isEqualTo(version));
        }
    }

    @Test
    void whatIsNoneIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ResolverVersions.of(Map.of(0, 1)))
                .withMessageContaining("feature number 0 has resolver version 1");
        assertThatIllegalArgumentException().isThrownBy(() -> ResolverVersions.of(Map.of(1, -1)));
        assertThatIllegalArgumentException().isThrownBy(() -> ResolverVersions.ofText("2"));
        assertThatIllegalArgumentException().isThrownBy(() -> ResolverVersions.ofText("2=a"));
        assertThatIllegalArgumentException().isThrownBy(() -> ResolverVersions.ofText("2=1,"));
    }
}
