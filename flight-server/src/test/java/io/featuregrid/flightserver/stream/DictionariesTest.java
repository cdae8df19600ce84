package io.featuregrid.flightserver.stream;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.planner.error.FeatureGridException;
import java.nio.charset.StandardCharsets;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DictionariesTest {
    private static final DictionaryEncoding ENCODING = new DictionaryEncoding(3, false, null);

    private final BufferAllocator allocator = new RootAllocator();

    @AfterEach
    void nothingIsLeaked() {
        allocator.close();
    }

    @Test
    void aDictionaryThatIsSentAgainIsFine() {
        try (VarCharVector first = words("a", "b");
                VarCharVector again = words("a", "b");
                Dictionaries dictionaries = new Dictionaries(allocator)) {
            dictionaries.check(provider(first));
            assertThatCode(() -> dictionaries.check(provider(first))).doesNotThrowAnyException();
            assertThatCode(() -> dictionaries.check(provider(again))).doesNotThrowAnyException();
        }
    }

    @Test
    void aDictionaryThatChangesIsRefused() {
        try (VarCharVector first = words("a", "b");
                VarCharVector other = words("a", "c");
                VarCharVector longer = words("a", "b", "c");
                Dictionaries dictionaries = new Dictionaries(allocator)) {
            dictionaries.check(provider(first));
            for (VarCharVector changed : new VarCharVector[] {other, longer}) {
                assertThatThrownBy(() -> dictionaries.check(provider(changed)))
                        .isInstanceOf(FeatureGridException.class)
                        .hasMessageStartingWith("INVALID_QUERY: a dictionary of the spine changes between its batches")
                        .hasMessageContaining("unify");
            }
        }
    }

    @Test
    void anIndexThatADictionaryLacksIsRefused() {
        try (VarCharVector words = words("a", "b");
                IntVector indexes =
                        (IntVector) new Field("x", new FieldType(true, MinorType.INT.getType(), ENCODING), null)
                                .createVector(allocator)) {
            indexes.setSafe(0, 1);
            indexes.setSafe(1, 2);
            indexes.setValueCount(2);
            assertThatThrownBy(() -> Dictionaries.decode(indexes, provider(words), "column 'x'", allocator))
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessage("VALIDATION_FAILED: column 'x' has index 2 into a dictionary of 2 values"
                            + " (expected 0 to 1)");
        }
    }

    private static MapDictionaryProvider provider(VarCharVector words) {
        return new MapDictionaryProvider(new Dictionary(words, ENCODING));
    }

    private VarCharVector words(String... words) {
        VarCharVector vector = new VarCharVector("words", allocator);
        for (int row = 0; row < words.length; row++) {
            vector.setSafe(row, words[row].getBytes(StandardCharsets.UTF_8));
        }
        vector.setValueCount(words.length);
        return vector;
    }
}
