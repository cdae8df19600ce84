package io.featuregrid.ops.backup;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.batch.FeatureBatch;
import io.featuregrid.planner.batch.ResolverVersions;
import io.featuregrid.planner.batch.arrow.ObservationStream;
import io.featuregrid.planner.batch.arrow.ObservationStream.Numbered;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureSet;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;

/** Batches of observations one after the other in a file: four bytes of length, most significant first, and an {@link ObservationStream}. */
final class ObservationFrames {
    private ObservationFrames() {}

    /** Takes what a file holds. */
    @FunctionalInterface
    interface Target {
        void accept(FeatureBatch observations, ResolverVersions versions);
    }

    static void write(
            OutputStream target,
            FeatureSet set,
            FeatureBatch observations,
            ResolverVersions versions,
            BufferAllocator allocator)
            throws IOException {
        List<Integer> numbers = observations.names().stream()
                .map(name -> name.startsWith("__")
                        ? 0
                        : set.feature(name).orElseThrow().number())
                .toList();
        byte[] bytes = ObservationStream.write(new Numbered(numbers, observations, versions, true), allocator);
        DataOutputStream frames = new DataOutputStream(target);
        frames.writeInt(bytes.length);
        frames.write(bytes);
    }

    /** Reads a file of a set, as its definition of that time names the features. */
    static void read(InputStream source, FeatureSet set, BufferAllocator allocator, Target target) throws IOException {
        Map<Integer, String> names = new HashMap<>();
        for (Feature feature : set.features()) {
            names.put(feature.number(), feature.name());
        }
        DataInputStream frames = new DataInputStream(source);
        // A frame is never empty, so that what is left tells whether one follows.
        while (source.available() > 0) {
            Numbered numbered = ObservationStream.read(frames.readNBytes(frames.readInt()), allocator);
            List<String> named = new ArrayList<>();
            List<Column> columns = new ArrayList<>();
            for (int index = 0; index < numbered.numbers().size(); index++) {
                int number = numbered.numbers().get(index);
                String name = number == 0 ? numbered.batch().names().get(index) : names.get(number);
                if (name == null) {
                    throw new IOException("set '" + set.name() + "' has no feature of number " + number);
                }
                named.add(name);
                columns.add(numbered.batch().column(index));
            }
            target.accept(FeatureBatch.onHeap(named, columns, numbered.batch().rows()), numbered.versions());
        }
    }
}
