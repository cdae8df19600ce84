package io.featuregrid.gridnode.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two nodes in processes of their own are one grid, and one of them alone has all that was acknowledged. */
class TwoProcessesTest {
    private static final long WRITES = 500;

    @TempDir
    private Path folder;

    @Test
    void whatWasAcknowledgedIsThereWhenOneIsKilled() throws Exception {
        try (GridProcess first = GridProcess.start(folder.resolve("first"));
                GridProcess second = GridProcess.start(folder.resolve("second"), first.ask("address"))) {
            assertThat(second.ask("catalog")).isEqualTo("0");
            assertThat(first.ask("apply 1")).isEqualTo("applied");
            assertThat(second.ask("catalog")).isEqualTo("1");
            assertThat(second.ask("apply 2")).isEqualTo("applied");
            assertThat(first.ask("catalog")).isEqualTo("2");

            // The one that writes owns half of the keys, and is killed in the middle of it.
            second.tell("write 0");
            long acknowledged = -1;
            while (acknowledged < WRITES) {
                acknowledged = Long.parseLong(second.nextLine());
            }
            acknowledged = lastWhole(second.kill(), acknowledged);
            assertThat(first.ask("missing " + (acknowledged + 1))).isEqualTo("0");
            // The control: the next keys were never acknowledged, and looking for them shows that absence is noticed.
            assertThat(Long.parseLong(first.ask("missing " + (acknowledged + 1000))))
                    .isPositive();
            assertThat(first.ask("apply 3")).isEqualTo("applied");

            try (GridProcess again = GridProcess.start(folder.resolve("second"), first.ask("address"))) {
                assertThat(again.ask("catalog")).isEqualTo("3");
                assertThat(again.ask("missing " + (acknowledged + 1))).isEqualTo("0");
            }
        }
    }

    /** The last number that was written to its end: numbers follow each other, and what the crash cut off does not. */
    private static long lastWhole(List<String> lines, long before) {
        long last = before;
        for (String line : lines) {
            if (!line.equals(String.valueOf(last + 1))) {
                return last;
            }
            last++;
        }
        return last;
    }
}
