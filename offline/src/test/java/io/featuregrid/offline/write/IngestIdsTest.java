package io.featuregrid.offline.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class IngestIdsTest {
    @Test
    void idsAreReadBack() {
        String one = IngestIds.read(Map.of()).with(new IngestIds.Entry("a", 5, -7, 4));
        String two = IngestIds.read(Map.of(IngestIds.PROPERTY, one)).with(new IngestIds.Entry("b/c:1", 0, 9, 0));
        IngestIds ids = IngestIds.read(Map.of(IngestIds.PROPERTY, two));
        assertThat(ids.find("a")).contains(new IngestIds.Entry("a", 5, -7, 4));
        assertThat(ids.find("b/c:1")).contains(new IngestIds.Entry("b/c:1", 0, 9, 0));
        assertThat(ids.find("b")).isEmpty();
    }

    @Test
    void aLineOfBeforeThereWasAnOnlineStoreIsRead() {
        IngestIds ids = IngestIds.read(Map.of(IngestIds.PROPERTY, "old 3 17"));
        assertThat(ids.find("old")).contains(new IngestIds.Entry("old", 3, 17, 0));
    }

    @Test
    void theLastTenThousandAreKept() {
        StringBuilder full = new StringBuilder();
        for (int number = 0; number < 10_000; number++) {
            full.append("id-").append(number).append(" 1 1\n");
        }
        IngestIds ids = IngestIds.read(Map.of(IngestIds.PROPERTY, full.toString()));
        assertThat(ids.find("id-0")).isPresent();
        IngestIds next = IngestIds.read(Map.of(IngestIds.PROPERTY, ids.with(new IngestIds.Entry("new", 1, 1, 1))));
        assertThat(next.find("id-0")).isEmpty();
        assertThat(next.find("id-1")).isPresent();
        assertThat(next.find("new")).isPresent();
    }
}
