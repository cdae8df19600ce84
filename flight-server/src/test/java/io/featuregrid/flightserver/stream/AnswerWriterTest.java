package io.featuregrid.flightserver.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.featuregrid.flightserver.request.OngoingCall;
import io.featuregrid.planner.error.FeatureGridException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.flight.FlightProducer.ServerStreamListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.ipc.message.IpcOption;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AnswerWriterTest {
    private static final Duration LONG = Duration.ofMinutes(5);

    private final BufferAllocator allocator = new RootAllocator();
    private final OngoingCall call = new OngoingCall("trace");
    private final Client client = new Client();

    @AfterEach
    void nothingIsLeaked() {
        allocator.close();
    }

    @Test
    void messagesStayBelowTheirLimitsAlsoWhenRowsDifferInSize() {
        String[] texts = new String[100_000];
        for (int row = 0; row < texts.length; row++) {
            texts[row] = "x".repeat(row > texts.length - 200 ? 100_000 : 1);
        }
        client.ready = true;
        try (AnswerWriter writer = new AnswerWriter(client, call, LONG, allocator);
                VectorSchemaRoot root = texts(texts)) {
            writer.start(root.getSchema(), new MapDictionaryProvider());
            writer.write(root);
        }
        assertThat(client.sent).isEqualTo(List.of(texts));
        assertThat(client.messageBytes).allMatch(size -> size <= AnswerWriter.MOST_BYTES);
        assertThat(client.messageRows).allMatch(rows -> rows <= AnswerWriter.MOST_ROWS);
        // 20 MB in messages of some 4.
        assertThat(client.messageRows).hasSizeLessThan(20);
    }

    @Test
    void aClientThatReadsNothingIsLeftInTheEnd() {
        try (AnswerWriter writer = new AnswerWriter(client, call, Duration.ofMillis(1), allocator);
                VectorSchemaRoot root = texts("a")) {
            assertThatThrownBy(() -> writer.start(root.getSchema(), new MapDictionaryProvider()))
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("DEADLINE_EXCEEDED: the client read nothing of the answer");
        }
    }

    @Test
    void aCancelledCallStopsWaiting() {
        try (AnswerWriter writer = new AnswerWriter(client, call, LONG, allocator);
                VectorSchemaRoot root = texts("a")) {
            Thread canceller = Thread.ofPlatform().start(call::cancelByClient);
            assertThatThrownBy(() -> writer.start(root.getSchema(), new MapDictionaryProvider()))
                    .isInstanceOf(FeatureGridException.class)
                    .hasMessageStartingWith("CANCELLED: ");
            join(canceller);
        }
    }

    @Test
    void waitingEndsWhenTheClientIsReady() {
        try (AnswerWriter writer = new AnswerWriter(client, call, LONG, allocator);
                VectorSchemaRoot root = texts("a")) {
            Thread reader = Thread.ofPlatform().start(client::becomeReady);
            writer.start(root.getSchema(), new MapDictionaryProvider());
            writer.write(root);
            join(reader);
        }
        assertThat(client.sent).containsExactly("a");
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }

    private VectorSchemaRoot texts(String... values) {
        VarCharVector vector = new VarCharVector("text", allocator);
        for (int row = 0; row < values.length; row++) {
            vector.setSafe(row, values[row].getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        vector.setValueCount(values.length);
        return new VectorSchemaRoot(List.of(vector));
    }

    /** A client as the writer sees it: not ready until it says so; keeps what it is sent. */
    private static final class Client implements ServerStreamListener {
        private final List<String> sent = new ArrayList<>();
        private final List<Integer> messageRows = new ArrayList<>();
        private final List<Long> messageBytes = new ArrayList<>();
        private volatile boolean ready;
        private volatile @Nullable Runnable readyHandler;
        private @Nullable VectorSchemaRoot root;

        void becomeReady() {
            ready = true;
            Runnable handler = readyHandler;
            if (handler != null) {
                handler.run();
            }
        }

        @Override
        public boolean isCancelled() {
            return false;
        }

        @Override
        public void setOnCancelHandler(Runnable handler) {}

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void setOnReadyHandler(Runnable handler) {
            readyHandler = handler;
        }

        @Override
        public void start(VectorSchemaRoot outgoing, DictionaryProvider dictionaries, IpcOption option) {
            root = outgoing;
        }

        @Override
        public void putNext() {
            putNext(null);
        }

        @Override
        public void putNext(@Nullable ArrowBuf metadata) {
            VectorSchemaRoot rows = java.util.Objects.requireNonNull(root);
            messageRows.add(rows.getRowCount());
            messageBytes.add(rows.getFieldVectors().stream()
                    .mapToLong(vector -> vector.getBufferSize())
                    .sum());
            for (int row = 0; row < rows.getRowCount(); row++) {
                sent.add(rows.getVector(0).getObject(row).toString());
            }
        }

        @Override
        public void putMetadata(ArrowBuf metadata) {
            metadata.close();
        }

        @Override
        public void error(Throwable failure) {}

        @Override
        public void completed() {}
    }
}
