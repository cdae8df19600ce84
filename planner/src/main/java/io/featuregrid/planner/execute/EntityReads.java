package io.featuregrid.planner.execute;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.plan.QueryPlan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The different entities that the rows of one read's look-ups name.
 *
 * @param keys a row an entity
 * @param slots by look-up of the read: which entity each row of the query names, or -1 where a key column has no value
 */
record EntityReads(FeatureBatch keys, List<int[]> slots) {
    static EntityReads of(QueryPlan.Read read, QueryResult result) {
        int rows = result.rows();
        List<Column> first = result.keyColumns(read.lookups().getFirst());
        if (rows == 1 && read.lookups().size() == 1) {
            boolean named = hasValues(first, 0);
            FeatureBatch keys = FeatureBatch.onHeap(read.set().key(), named ? first : nothing(first), named ? 1 : 0);
            return new EntityReads(keys, List.of(new int[] {named ? 0 : -1}));
        }
        Map<ByteBuffer, Integer> known = new HashMap<>();
        List<int[]> slots = new ArrayList<>();
        List<int[]> firsts = new ArrayList<>();
        for (int lookup = 0; lookup < read.lookups().size(); lookup++) {
            List<Column> keys = result.keyColumns(read.lookups().get(lookup));
            int[] entities = new int[rows];
            for (int row = 0; row < rows; row++) {
                entities[row] = -1;
                if (hasValues(keys, row)) {
                    Integer before = known.putIfAbsent(ByteBuffer.wrap(KeyBytes.of(keys, row)), firsts.size());
                    if (before == null) {
                        entities[row] = firsts.size();
                        firsts.add(new int[] {lookup, row});
                    } else {
                        entities[row] = before;
                    }
                }
            }
            slots.add(entities);
        }
        return new EntityReads(batch(read, result, firsts), slots);
    }

    int count() {
        return keys.rows();
    }

    private static FeatureBatch batch(QueryPlan.Read read, QueryResult result, List<int[]> firsts) {
        List<Column> columns = new ArrayList<>();
        for (int column = 0; column < read.set().key().size(); column++) {
            ColumnBuilder builder = new ColumnBuilder(
                    result.keyColumns(read.lookups().getFirst()).get(column).type(), firsts.size());
            for (int entity = 0; entity < firsts.size(); entity++) {
                int[] at = firsts.get(entity);
                builder.copy(
                        entity, result.keyColumns(read.lookups().get(at[0])).get(column), at[1]);
            }
            columns.add(builder.build());
        }
        return FeatureBatch.onHeap(read.set().key(), columns, firsts.size());
    }

    private static List<Column> nothing(List<Column> like) {
        return like.stream()
                .map(column -> new ColumnBuilder(column.type(), 0).build())
                .toList();
    }

    private static boolean hasValues(List<Column> keys, int row) {
        for (Column key : keys) {
            if (!key.hasValue(row)) {
                return false;
            }
        }
        return true;
    }
}
