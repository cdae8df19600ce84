package io.featuregrid.offline.layout;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.offline.world.Cell;
import io.featuregrid.offline.world.Definitions;
import io.featuregrid.offline.world.HistoryDriver;
import io.featuregrid.offline.world.RandomTypes;
import io.featuregrid.offline.world.RandomValues;
import io.featuregrid.offline.world.Seeds;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import io.featuregrid.planner.definition.FeatureType;
import io.featuregrid.planner.definition.ScalarType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.types.Conversions;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.convert.GroupRecordConverter;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.internal.column.columnindex.OffsetIndex;
import org.apache.parquet.io.ColumnIOFactory;
import org.apache.parquet.io.RecordReader;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Data files as others see them: metrics that hold for every value, pages that begin at the same rows in all columns, sorted rows. */
class DataFileTest {
    private static final String LONG_TEXT = "a text that is longer than its bound ".repeat(3);
    private static final List<Object> FLOATS =
            List.of(Double.NaN, -0.0, 0.0, 1.5, -1.5, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    private static final List<Object> TEXTS = List.of(
            "",
            "a",
            LONG_TEXT,
            LONG_TEXT + "z",
            "\ud83d\ude00".repeat(40),
            "\uffff".repeat(40),
            "\udbff\udfff".repeat(40));

    @TempDir
    private Path home;

    @TestFactory
    Stream<DynamicTest> metricsHoldForEveryValue() {
        return Seeds.tests(1, 12, seed -> {
            Path folder = home.resolve("seed-" + seed);
            RandomValues random = new RandomValues(seed);
            FeatureSet set = Definitions.alone(everyType(seed % 3 == 0));
            // Few choices make columns of one value, of NaN only, of null only.
            Map<String, List<Object>> choices = new HashMap<>();
            for (Feature feature : set.carried()) {
                choices.put(feature.name(), choices(random, feature.type()));
            }
            try (HistoryDriver driver = new HistoryDriver(folder)) {
                List<String> columns =
                        set.features().stream().map(Feature::name).toList();
                List<List<Object>> rows = new ArrayList<>();
                for (int row = random.between(1, 60); row > 0; row--) {
                    rows.add(set.features().stream()
                            .map(feature -> set.isKey(feature.name())
                                    ? random.key(feature.type())
                                    : random.oneOf(choices.getOrDefault(feature.name(), List.of())))
                            .toList());
                }
                driver.ingest(set, Definitions.options("{}"), columns, rows);
            }
            List<DataFile> files = FileStatistics.dataFiles(folder, set.table());
            assertThat(files).isNotEmpty();
            files.forEach(DataFileTest::checkMetrics);
        });
    }

    @Test
    void pagesBeginAtTheSameRowsInAllColumnsAndRowsAreSorted() throws IOException {
        FeatureSet set = Definitions.alone(everyType(true));
        RandomValues random = new RandomValues(1);
        List<String> columns = set.features().stream().map(Feature::name).toList();
        List<List<Object>> rows = new ArrayList<>();
        for (int row = 0; row < 130_001; row++) {
            rows.add(set.features().stream()
                    .map(feature -> random.percent(10)
                            ? Cell.NULL
                            : feature.type().equals(FeatureType.STRING)
                                    ? "text " + random.between(0, 500_000)
                                    : random.value(feature.type()))
                    .toList());
        }
        try (HistoryDriver driver = new HistoryDriver(home)) {
            driver.ingest(set, Definitions.options("{}"), columns, rows);
            assertThat(driver.scan(set).stream().map(row -> (Long) row.getOrDefault("__sequence", 0L)))
                    .hasSize(rows.size())
                    .isSorted();
        }
        DataFile file = FileStatistics.dataFiles(home, set.table()).getFirst();
        try (ParquetFileReader reader = FileStatistics.open(file)) {
            List<Long> groups = new ArrayList<>();
            for (BlockMetaData block : reader.getFooter().getBlocks()) {
                groups.add(block.getRowCount());
                for (ColumnChunkMetaData column : block.getColumns()) {
                    OffsetIndex pages = reader.readOffsetIndex(column);
                    List<Long> firstRows = new ArrayList<>();
                    for (int page = 0; page < pages.getPageCount(); page++) {
                        firstRows.add(pages.getFirstRowIndex(page));
                    }
                    assertThat(firstRows)
                            .as("pages of %s", column.getPath())
                            .containsExactlyElementsOf(
                                    Stream.iterate(0L, row -> row < block.getRowCount(), row -> row + 20_000)
                                            .toList());
                    assertThat(reader.readColumnIndex(column))
                            .as("column index")
                            .isNotNull();
                }
            }
            assertThat(groups).containsExactly(120_000L, 10_001L);
        }
    }

    /** A reader holds a row group of each column: it must not be larger because values are. */
    @Test
    void pagesOfLongVectorsHaveFewerRowsInAllColumns() throws IOException {
        FeatureType type = FeatureType.parse("vector<float64>(4096)");
        FeatureSet set = Definitions.alone(
                Definitions.set("thing", List.of(), null, List.of(Definitions.nullable("v", type)), List.of()));
        Object vector = new RandomValues(1).value(type);
        try (HistoryDriver driver = new HistoryDriver(home)) {
            driver.ingest(
                    set,
                    Definitions.options("{}"),
                    List.of("v"),
                    Stream.generate(() -> List.of(vector)).limit(600).toList());
        }
        DataFile file = FileStatistics.dataFiles(home, set.table()).getFirst();
        try (ParquetFileReader reader = FileStatistics.open(file)) {
            for (ColumnChunkMetaData column :
                    reader.getFooter().getBlocks().getFirst().getColumns()) {
                OffsetIndex pages = reader.readOffsetIndex(column);
                assertThat(pages.getPageCount()).isEqualTo(3);
                assertThat(pages.getFirstRowIndex(1)).isEqualTo(255);
                assertThat(pages.getFirstRowIndex(2)).isEqualTo(510);
            }
        }
    }

    private static void checkMetrics(DataFile file) {
        Map<Integer, List<Object>> values = new HashMap<>();
        Map<Integer, PrimitiveType> types = new HashMap<>();
        long rows = read(file, values, types);
        assertThat(file.recordCount()).isEqualTo(rows);
        assertThat(file.fileSizeInBytes())
                .isEqualTo(Locations.path(file.location()).toFile().length());
        assertThat(file.valueCounts().keySet()).isEqualTo(values.keySet());
        types.forEach((id, type) -> {
            List<Object> present = values.getOrDefault(id, List.of());
            long nans =
                    present.stream().filter(Double.valueOf(Double.NaN)::equals).count();
            assertThat(file.valueCounts()).containsEntry(id, rows);
            assertThat(file.nullValueCounts()).containsEntry(id, rows - present.size());
            if (type.getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.DOUBLE) {
                assertThat(file.nanValueCounts()).containsEntry(id, nans);
            } else {
                assertThat(file.nanValueCounts()).doesNotContainKey(id);
            }
            checkBounds(
                    file,
                    id,
                    type,
                    present.stream().filter(value -> !value.equals(Double.NaN)).toList());
        });
    }

    private static void checkBounds(DataFile file, int id, PrimitiveType type, List<Object> present) {
        ByteBuffer lower = file.lowerBounds().get(id);
        ByteBuffer upper = file.upperBounds().get(id);
        boolean bytes = type.getPrimitiveTypeName() == PrimitiveType.PrimitiveTypeName.BINARY
                && type.getLogicalTypeAnnotation() == null;
        if (present.isEmpty() || bytes) {
            assertThat(lower).as("lower bound of %s", type).isNull();
            assertThat(upper).as("upper bound of %s", type).isNull();
            return;
        }
        Type iceberg = icebergType(type);
        Comparator<Object> order = (left, right) -> compare(left, right);
        Object least = present.stream().min(order).orElseThrow();
        Object greatest = present.stream().max(order).orElseThrow();
        Object low = plain(Conversions.fromByteBuffer(iceberg, lower));
        if (least instanceof String text) {
            assertThat(compare(low, least)).as("lower bound of %s", type).isNotPositive();
            assertThat(text).startsWith((String) low);
            if (upper == null) {
                assertThat((String) greatest).startsWith("\udbff\udfff".repeat(32));
            } else {
                assertThat(compare(plain(Conversions.fromByteBuffer(iceberg, upper)), greatest))
                        .as("upper bound of %s", type)
                        .isNotNegative();
            }
            return;
        }
        assertThat(low).isEqualTo(least.equals(0.0) ? -0.0 : least);
        assertThat(plain(Conversions.fromByteBuffer(iceberg, upper))).isEqualTo(greatest.equals(-0.0) ? 0.0 : greatest);
    }

    /** Strings by unsigned UTF-8 bytes, others as Java compares them. */
    private static int compare(Object left, Object right) {
        return switch (left) {
            case String text ->
                Arrays.compareUnsigned(
                        text.getBytes(StandardCharsets.UTF_8), ((String) right).getBytes(StandardCharsets.UTF_8));
            case Long number -> Long.compare(number, (Long) right);
            case Double number -> Double.compare(number, (Double) right);
            case BigDecimal number -> number.compareTo((BigDecimal) right);
            case Boolean truth -> Boolean.compare(truth, (Boolean) right);
            default -> throw new IllegalArgumentException("a " + left.getClass());
        };
    }

    private static Object plain(Object value) {
        return switch (value) {
            case CharSequence text -> text.toString();
            case Integer number -> number.longValue();
            default -> value;
        };
    }

    private static Type icebergType(PrimitiveType type) {
        if (type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation decimal) {
            return Types.DecimalType.of(decimal.getPrecision(), decimal.getScale());
        }
        return switch (type.getPrimitiveTypeName()) {
            case INT64 -> Types.LongType.get();
            case INT32 -> Types.IntegerType.get();
            case DOUBLE -> Types.DoubleType.get();
            case BOOLEAN -> Types.BooleanType.get();
            default -> Types.StringType.get();
        };
    }

    /** Collects a file's values that are not null, by field id, through Parquet's own reader of records. Answers how many rows it has. */
    private static long read(DataFile file, Map<Integer, List<Object>> values, Map<Integer, PrimitiveType> types) {
        long rows = 0;
        try (ParquetFileReader reader = FileStatistics.open(file)) {
            MessageType schema = reader.getFooter().getFileMetaData().getSchema();
            // Of nested columns nothing is told.
            schema.getFields().stream()
                    .filter(org.apache.parquet.schema.Type::isPrimitive)
                    .forEach(field -> {
                        types.put(field.getId().intValue(), field.asPrimitiveType());
                        values.put(field.getId().intValue(), new ArrayList<>());
                    });
            for (PageReadStore pages = reader.readNextRowGroup(); pages != null; pages = reader.readNextRowGroup()) {
                RecordReader<Group> records = new ColumnIOFactory()
                        .getColumnIO(schema)
                        .getRecordReader(pages, new GroupRecordConverter(schema));
                for (long row = 0; row < pages.getRowCount(); row++) {
                    Group record = records.read();
                    rows++;
                    for (int field = 0; field < schema.getFieldCount(); field++) {
                        if (schema.getType(field).isPrimitive() && record.getFieldRepetitionCount(field) > 0) {
                            values.getOrDefault(
                                            schema.getFields()
                                                    .get(field)
                                                    .getId()
                                                    .intValue(),
                                            new ArrayList<>())
                                    .add(value(
                                            record, field, schema.getType(field).asPrimitiveType()));
                        }
                    }
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return rows;
    }

    private static Object value(Group record, int field, PrimitiveType type) {
        if (type.getLogicalTypeAnnotation() instanceof DecimalLogicalTypeAnnotation decimal) {
            BigInteger unscaled = switch (type.getPrimitiveTypeName()) {
                case INT32 -> BigInteger.valueOf(record.getInteger(field, 0));
                case INT64 -> BigInteger.valueOf(record.getLong(field, 0));
                default -> new BigInteger(record.getBinary(field, 0).getBytes());
            };
            return new BigDecimal(unscaled, decimal.getScale());
        }
        return switch (type.getPrimitiveTypeName()) {
            case INT64 -> record.getLong(field, 0);
            case INT32 -> (long) record.getInteger(field, 0);
            case DOUBLE -> record.getDouble(field, 0);
            case BOOLEAN -> record.getBoolean(field, 0);
            default -> record.getString(field, 0);
        };
    }

    private static List<Object> choices(RandomValues random, FeatureType type) {
        List<Object> choices = new ArrayList<>();
        for (int count = random.between(1, 3); count > 0; count--) {
            choices.add(
                    switch (type) {
                        case ScalarType.FLOAT64 -> random.oneOf(FLOATS);
                        case ScalarType.STRING -> random.oneOf(TEXTS);
                        default -> random.value(type);
                    });
        }
        if (random.percent(30)) {
            choices.add(Cell.NULL);
        }
        if (random.percent(8)) {
            return List.of(Cell.NULL);
        }
        return choices;
    }

    private static FeatureSet everyType(boolean global) {
        List<Feature> features = new ArrayList<>();
        if (!global) {
            features.add(Definitions.required("id", FeatureType.STRING));
        }
        for (FeatureType type : RandomTypes.ALL) {
            features.add(Definitions.nullable("f" + features.size(), type));
        }
        features.add(Definitions.nullable("other", FeatureType.FLOAT64));
        return Definitions.set("thing", global ? List.of() : List.of("id"), null, features, List.of());
    }
}
