package io.featuregrid.gridnode.store;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.KeyBytes;
import io.featuregrid.planner.batch.ObservationColumns;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.Stamp;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.execute.Erasures;
import io.featuregrid.planner.execute.HeapOnlineStore;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import io.featuregrid.planner.execute.OnlineStore;
import java.util.List;
import java.util.stream.IntStream;

class HeapOnlineStoreTest extends OnlineStoreContract {
    @Override
    protected OnlineStore open(Erasures observationsToSkip) {
        return new Skipping(new HeapOnlineStore(), observationsToSkip);
    }

    /** Does for the plainest store what it leaves to its callers: erased observations never reach it. */
    private record Skipping(OnlineStore store, Erasures erasures) implements OnlineStore {
        @Override
        public void prepare(FeatureSet set) {
            store.prepare(set);
        }

        @Override
        public OnlineRows read(OnlineRead read, FeatureBatch keys) {
            return store.read(read, keys);
        }

        @Override
        public void merge(FeatureSet set, FeatureBatch observations, ResolverVersions versions) {
            List<Column> keys = observations.columns().subList(0, set.key().size());
            Column insertedAt = column(observations, ObservationColumns.INSERTED_AT);
            Column sequence = column(observations, ObservationColumns.SEQUENCE);
            int[] left = IntStream.range(0, observations.rows())
                    .filter(row -> !erasures.of(set)
                            .hides(KeyBytes.of(keys, row), insertedAt.longAt(row), sequence.longAt(row)))
                    .toArray();
            List<Column> columns = observations.columns().stream()
                    .map(column -> select(column, left))
                    .toList();
            store.merge(set, FeatureBatch.onHeap(observations.names(), columns, left.length), versions);
        }

        @Override
        public void erase(FeatureSet set, FeatureBatch keys, Stamp mark) {
            store.erase(set, keys, mark);
        }

        private static Column column(FeatureBatch batch, String name) {
            return batch.column(batch.names().indexOf(name));
        }

        private static Column select(Column column, int[] rows) {
            ColumnBuilder selected = new ColumnBuilder(column.type(), rows.length);
            for (int row = 0; row < rows.length; row++) {
                selected.copy(row, column, rows[row]);
            }
            return selected.build();
        }
    }
}
