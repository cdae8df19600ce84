package io.featuregrid.gridnode.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Every message between nodes is read as it was written. */
class LogMessageCodecTest {
    private static final EntryKey KEY = new EntryKey(1, 127, -5, Long.MAX_VALUE, 3);
    private static final EntryKey OTHER = new EntryKey(2, 0, 6, 1L << 48, 1);
    private static final LogEntry.Summary SUMMARY = new LogEntry.Summary(KEY, "id:\u00e9", 7, 8);
    private static final LogEntry.Summary ANONYMOUS = new LogEntry.Summary(OTHER, null, 1, 2);

    @Test
    void requests() {
        for (LogRequest request : List.of(
                new LogRequest.Commit(List.of(KEY, OTHER)),
                new LogRequest.Adopt(List.of(SUMMARY, ANONYMOUS)),
                new LogRequest.Forget(List.of()),
                new LogRequest.Measure(List.of(1, 2)),
                new LogRequest.Gather(9, List.of(3, 19), 100, 1L << 40),
                new LogRequest.Doubts(),
                new LogRequest.Drain(List.of(4)))) {
            assertThat(LogMessageCodec.decodeRequest(LogMessageCodec.encode(request)))
                    .isEqualTo(request);
        }
    }

    @Test
    void entries() {
        LogEntry entry = new LogEntry(KEY, "own:1", 2, new byte[] {1, -1, 0});
        LogRequest.Append append =
                (LogRequest.Append) LogMessageCodec.decodeRequest(LogMessageCodec.encode(new LogRequest.Append(entry)));
        LogRequest.Prepare prepare = (LogRequest.Prepare)
                LogMessageCodec.decodeRequest(LogMessageCodec.encode(new LogRequest.Prepare(List.of(entry, entry))));

        assertThat(append.entry().summary()).isEqualTo(entry.summary());
        assertThat(append.entry().observations()).isEqualTo(entry.observations());
        assertThat(prepare.entries()).hasSize(2).allMatch(one -> one.summary().equals(entry.summary()));
    }

    @Test
    void replies() {
        for (LogReply reply : List.of(
                new LogReply.Done(),
                new LogReply.NotInCharge(),
                new LogReply.Full("full"),
                new LogReply.Measured(List.of(new LogReply.ShardSize(1, 2, 3, 4, 5, 6))),
                new LogReply.Gathered(List.of(SUMMARY, ANONYMOUS), true),
                new LogReply.Uploads(List.of("a", "b")),
                new LogReply.Failed("why"),
                new LogReply.Gone())) {
            assertThat(LogMessageCodec.decodeReply(LogMessageCodec.encode(reply)))
                    .isEqualTo(reply);
        }
    }

    @Test
    void keysOfASegment() {
        assertThat(LogMessageCodec.decodeKeys(LogMessageCodec.encode(List.of(KEY, OTHER))))
                .containsExactly(KEY, OTHER);
    }

    @Test
    void whatIsNoMessageIsRefused() {
        assertThatThrownBy(() -> LogMessageCodec.decodeReply(new byte[] {99})).hasMessageContaining("is of kind 99");
        assertThatThrownBy(() -> LogMessageCodec.decodeRequest(new byte[] {9, 0}))
                .hasMessageContaining("of 2 bytes cannot be read");
    }
}
