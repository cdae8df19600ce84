package io.featuregrid.gridnode.store.ignite;

import io.featuregrid.gridnode.store.RowStamps;
import io.featuregrid.gridnode.store.StoredValues;
import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.ColumnBuilder;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.StampColumn;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.execute.AcceptedVersions;
import io.featuregrid.planner.execute.OnlineRead;
import io.featuregrid.planner.execute.OnlineRows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.ignite.binary.BinaryObject;
import org.jspecify.annotations.Nullable;

/** Takes rows as the grid keeps them apart into the columns that were asked for, each row in one pass. For one thread. */
final class RowCollector {
    private final RowDefinition definition;
    private final StoredValues storedValues;
    private final OnlineRead read;
    private final int[] numbers;
    private final FeatureType[] types;
    private final ColumnBuilder[] builders;
    private final StampColumn @Nullable [] stampColumns;
    /** Null where any version of any feature counts, as in nearly all reads. */
    private final @Nullable AcceptedVersions accepted;

    private final boolean[] exists;
    private final RowStamps stamps = new RowStamps();
    private @Nullable RowFields lastFields;

    RowCollector(RowDefinition definition, StoredValues storedValues, OnlineRead read, int rows) {
        this.storedValues = storedValues;
        List<Feature> features = read.features();
        this.definition = definition;
        this.read = read;
        this.numbers = new int[features.size()];
        this.types = new FeatureType[numbers.length];
        this.builders = new ColumnBuilder[numbers.length];
        this.exists = new boolean[rows];
        for (int index = 0; index < numbers.length; index++) {
            Feature feature = features.get(index);
            numbers[index] = feature.number();
            types[index] = feature.type();
            builders[index] = new ColumnBuilder(feature.type().columnType(), rows);
        }
        this.accepted = read.versions().restricted() ? read.versions() : null;
        this.stampColumns = read.stamps() ? new StampColumn[numbers.length] : null;
        if (stampColumns != null) {
            Arrays.setAll(stampColumns, index -> new StampColumn(rows));
        }
    }

    /** Adds what is stored under the key of a row. */
    void add(int row, BinaryObject stored) {
        RowFields fields = fields(stored);
        if (!definition.owns(fields)) {
            return;
        }
        stamps.decode(fields.stamps(stored));
        exists[row] = stamps.exists(read.now());
        for (int index = 0; index < numbers.length; index++) {
            int pointer = stamps.pointer(numbers[index]);
            if (pointer == 0) {
                continue;
            }
            int stamp = RowStamps.index(pointer);
            if (stampColumns != null) {
                stampColumns[index].set(row, stamps.stamp(stamp), stamps.origin(stamp), RowStamps.isTombstone(pointer));
                stampColumns[index].setVersion(row, stamps.version(numbers[index]));
            }
            boolean qualifies = !RowStamps.isTombstone(pointer)
                    && read.qualifies(index, stamps.observedAt(stamp))
                    && (accepted == null
                            || accepted.accepts(index, stamps.version(numbers[index]), stamps.originCode(stamp)));
            if (qualifies) {
                Object value = fields.value(stored, numbers[index]);
                if (value == null) {
                    builders[index].setNull(row);
                } else {
                    storedValues.read(types[index], value, builders[index], row);
                }
            }
        }
    }

    /** All rows that were added; the others are MISSING. */
    OnlineRows rows() {
        List<String> names = new ArrayList<>(numbers.length);
        List<Column> columns = new ArrayList<>(numbers.length);
        for (int index = 0; index < numbers.length; index++) {
            names.add(read.features().get(index).name());
            columns.add(builders[index].build());
        }
        return new OnlineRows(
                FeatureBatch.onHeap(names, columns, exists.length),
                exists,
                stampColumns == null ? null : List.of(stampColumns));
    }

    private RowFields fields(BinaryObject stored) {
        RowFields fields = lastFields;
        if (fields == null || fields.typeId() != stored.type().typeId()) {
            fields = definition.fields(stored);
            lastFields = fields;
        }
        return fields;
    }
}
