package io.featuregrid.planner.plan;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The cells of an upload by name and row, whichever way round they came. */
interface UploadCells {
    /** Every name that some row has. */
    Set<String> names();

    int rows();

    /** The cell; null if the row does not have the name. */
    @Nullable
    JsonNode cell(String name, int row);

    static UploadCells ofRows(JsonNode rows, JsonOptions options) {
        if (!rows.isArray()) {
            throw options.refused("has rows that are no array (expected [{\"set.feature\": value}])");
        }
        List<JsonNode> all = new ArrayList<>(rows.size());
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode row : rows) {
            if (!row.isObject()) {
                throw options.refused(
                        "has a row " + all.size() + " that is no object (expected {\"set.feature\": value})");
            }
            row.fieldNames().forEachRemaining(names::add);
            all.add(row);
        }
        return new UploadCells() {
            @Override
            public Set<String> names() {
                return names;
            }

            @Override
            public int rows() {
                return all.size();
            }

            @Override
            public @Nullable JsonNode cell(String name, int row) {
                return all.get(row).get(name);
            }
        };
    }

    static UploadCells ofColumns(Map<String, JsonNode> columns, JsonOptions options) {
        int rows = columns.isEmpty() ? 0 : columns.values().iterator().next().size();
        columns.forEach((name, column) -> {
            if (!column.isArray()) {
                throw options.refused("has a column '" + name + "' that is no array (expected one value a row)");
            }
            if (column.size() != rows) {
                throw options.refused("has " + column.size() + " values in column '" + name + "' (expected " + rows
                        + ", as many as in the first)");
            }
        });
        return new UploadCells() {
            @Override
            public Set<String> names() {
                return columns.keySet();
            }

            @Override
            public int rows() {
                return rows;
            }

            @Override
            public @Nullable JsonNode cell(String name, int row) {
                JsonNode column = columns.get(name);
                return column == null ? null : column.get(row);
            }
        };
    }
}
