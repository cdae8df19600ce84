package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.StampColumn;
import io.featuregrid.planner.execute.OnlineRows;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** Answers as text, such that two of the same text are equal bit for bit. */
final class Answers {
    private Answers() {}

    /** A line a row: whether it exists, then each feature's value with its stamp if it was asked for. */
    static List<String> text(OnlineRows rows) {
        List<String> lines = new ArrayList<>();
        for (int row = 0; row < rows.exists().length; row++) {
            StringBuilder line = new StringBuilder(rows.exists()[row] ? "exists" : "absent");
            for (int index = 0; index < rows.values().columns().size(); index++) {
                line.append(' ').append(rows.values().names().get(index)).append('=');
                line.append(value(rows.values().column(index), row));
                if (rows.stamps() != null) {
                    line.append(stamp(rows.stamps().get(index), row));
                }
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static String value(Column column, int row) {
        if (!column.hasValue(row)) {
            return column.describe(row);
        }
        return switch (column.type()) {
            case STRING -> column.describe(row);
            case BINARY, DECIMAL, NESTED -> HexFormat.of().formatHex(column.bytesAt(row));
            case FLOAT64 -> column.describe(row) + "/" + Long.toHexString(column.longAt(row));
            default -> Long.toString(column.bitsAt(row));
        };
    }

    private static String stamp(StampColumn stamps, int row) {
        return stamps.stamp(row)
                .map(stamp -> "@" + stamp.observedAt() + "/" + stamp.insertedAt() + "/" + stamp.sequence() + "/"
                        + stamps.origin(row).text() + (stamps.tombstone(row) ? "/tombstone" : "")
                        + (stamps.version(row) == 0 ? "" : "/v" + stamps.version(row)))
                .orElse("");
    }
}
