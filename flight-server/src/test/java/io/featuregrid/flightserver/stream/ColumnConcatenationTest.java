package io.featuregrid.flightserver.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.ColumnType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ColumnConcatenationTest {
    @Test
    void everyRowOfEveryPartIsThereInOrder() {
        for (ColumnType type : ColumnType.values()) {
            for (long seed = 1; seed <= 50; seed++) {
                check(type, seed);
            }
        }
    }

    private static void check(ColumnType type, long seed) {
        Random random = new Random(seed);
        List<Column> parts = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int part = 0; part <= random.nextInt(4); part++) {
            Column column = randomColumn(type, random);
            parts.add(column);
            for (int row = 0; row < column.rows(); row++) {
                expected.add(column.describe(row));
            }
        }
        Column whole = ColumnConcatenation.of(parts);
        List<String> found = new ArrayList<>();
        for (int row = 0; row < whole.rows(); row++) {
            found.add(whole.describe(row));
        }
        assertThat(found).as("%s, seed %d", type, seed).isEqualTo(expected);
    }

    /** Now and then without nulls and without MISSING, so without bitmaps. */
    private static Column randomColumn(ColumnType type, Random random) {
        int rows = random.nextInt(20);
        int states = random.nextInt(1, 4);
        ColumnBuilder builder = new ColumnBuilder(type, rows);
        for (int row = 0; row < rows; row++) {
            int state = random.nextInt(states);
            if (state == 1) {
                builder.setNull(row);
            } else if (state == 0 && type.variable()) {
                builder.setBytes(row, "ü".repeat(random.nextInt(4)).getBytes(StandardCharsets.UTF_8));
            } else if (state == 0) {
                builder.setBits(row, random.nextInt(2));
            }
        }
        return builder.build();
    }
}
