package io.featuregrid.gridnode.ingest;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Requests and replies of the log as bytes, for nodes of one version to talk to each other. */
public final class LogMessageCodec {
    private LogMessageCodec() {}

    private interface Writer {
        void write(DataOutputStream output) throws IOException;
    }

    private interface Reader<T> {
        T read(DataInputStream input) throws IOException;
    }

    public static byte[] encode(LogRequest request) {
        return bytes(output -> {
            switch (request) {
                case LogRequest.Append append -> {
                    output.writeByte(1);
                    writeEntry(output, append.entry());
                }
                case LogRequest.Prepare prepare -> {
                    output.writeByte(2);
                    output.writeInt(prepare.entries().size());
                    for (LogEntry entry : prepare.entries()) {
                        writeEntry(output, entry);
                    }
                }
                case LogRequest.Commit commit -> {
                    output.writeByte(3);
                    writeKeys(output, commit.keys());
                }
                case LogRequest.Adopt adopt -> {
                    output.writeByte(4);
                    writeSummaries(output, adopt.entries());
                }
                case LogRequest.Forget forget -> {
                    output.writeByte(5);
                    writeKeys(output, forget.keys());
                }
                case LogRequest.Measure measure -> {
                    output.writeByte(6);
                    writeIntegers(output, measure.partitions());
                }
                case LogRequest.Gather gather -> {
                    output.writeByte(7);
                    output.writeInt(gather.set());
                    writeIntegers(output, gather.partitions());
                    output.writeInt(gather.entries());
                    output.writeLong(gather.bytes());
                }
                case LogRequest.Doubts doubts -> output.writeByte(8);
                case LogRequest.Drain drain -> {
                    output.writeByte(9);
                    writeIntegers(output, drain.sets());
                }
            }
        });
    }

    /** The request of the bytes. */
    public static LogRequest decodeRequest(byte[] bytes) {
        return read(bytes, input -> {
            int kind = input.readByte();
            return switch (kind) {
                case 1 -> new LogRequest.Append(readEntry(input));
                case 2 -> new LogRequest.Prepare(list(input, LogMessageCodec::readEntry));
                case 3 -> new LogRequest.Commit(list(input, LogMessageCodec::readKey));
                case 4 -> new LogRequest.Adopt(list(input, LogMessageCodec::readSummary));
                case 5 -> new LogRequest.Forget(list(input, LogMessageCodec::readKey));
                case 6 -> new LogRequest.Measure(list(input, DataInputStream::readInt));
                case 7 ->
                    new LogRequest.Gather(
                            input.readInt(), list(input, DataInputStream::readInt), input.readInt(), input.readLong());
                case 8 -> new LogRequest.Doubts();
                case 9 -> new LogRequest.Drain(list(input, DataInputStream::readInt));
                default -> throw unknown(kind);
            };
        });
    }

    public static byte[] encode(LogReply reply) {
        return bytes(output -> {
            switch (reply) {
                case LogReply.Done done -> output.writeByte(1);
                case LogReply.NotInCharge moved -> output.writeByte(2);
                case LogReply.Full full -> {
                    output.writeByte(3);
                    writeText(output, full.message());
                }
                case LogReply.Measured measured -> {
                    output.writeByte(4);
                    output.writeInt(measured.shards().size());
                    for (LogReply.ShardSize size : measured.shards()) {
                        output.writeInt(size.set());
                        output.writeInt(size.shard());
                        output.writeInt(size.entries());
                        output.writeLong(size.rows());
                        output.writeLong(size.bytes());
                        output.writeLong(size.oldest());
                    }
                }
                case LogReply.Gathered gathered -> {
                    output.writeByte(5);
                    writeSummaries(output, gathered.entries());
                    output.writeBoolean(gathered.more());
                }
                case LogReply.Uploads uploads -> {
                    output.writeByte(6);
                    output.writeInt(uploads.ids().size());
                    for (String id : uploads.ids()) {
                        writeText(output, id);
                    }
                }
                case LogReply.Failed failed -> {
                    output.writeByte(7);
                    writeText(output, failed.message());
                }
                case LogReply.Gone gone -> output.writeByte(8);
            }
        });
    }

    /** The reply of the bytes. */
    public static LogReply decodeReply(byte[] bytes) {
        return read(bytes, input -> {
            int kind = input.readByte();
            return switch (kind) {
                case 1 -> new LogReply.Done();
                case 2 -> new LogReply.NotInCharge();
                case 3 -> new LogReply.Full(readText(input));
                case 4 ->
                    new LogReply.Measured(list(
                            input,
                            one -> new LogReply.ShardSize(
                                    one.readInt(),
                                    one.readInt(),
                                    one.readInt(),
                                    one.readLong(),
                                    one.readLong(),
                                    one.readLong())));
                case 5 -> new LogReply.Gathered(list(input, LogMessageCodec::readSummary), input.readBoolean());
                case 6 -> new LogReply.Uploads(list(input, LogMessageCodec::readText));
                case 7 -> new LogReply.Failed(readText(input));
                case 8 -> new LogReply.Gone();
                default -> throw unknown(kind);
            };
        });
    }

    /** Keys as bytes, as segments keep them. */
    public static byte[] encode(List<EntryKey> keys) {
        return bytes(output -> writeKeys(output, keys));
    }

    /** The keys of the bytes. */
    public static List<EntryKey> decodeKeys(byte[] bytes) {
        return read(bytes, input -> list(input, LogMessageCodec::readKey));
    }

    private static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream output = new DataOutputStream(bytes)) {
            writer.write(output);
        } catch (IOException impossible) {
            throw new IllegalStateException("bytes could not be written to memory", impossible);
        }
        return bytes.toByteArray();
    }

    private static <T> T read(byte[] bytes, Reader<T> reader) {
        try (DataInputStream input = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return reader.read(input);
        } catch (IOException damaged) {
            throw new IllegalStateException(
                    "a message of the log of " + bytes.length
                            + " bytes cannot be read (expected a node of this version)",
                    damaged);
        }
    }

    private static IllegalStateException unknown(int kind) {
        return new IllegalStateException(
                "a message of the log is of kind " + kind + " (expected a node of this version)");
    }

    private static <T> List<T> list(DataInputStream input, Reader<T> reader) throws IOException {
        int count = input.readInt();
        List<T> items = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            items.add(reader.read(input));
        }
        return items;
    }

    private static void writeIntegers(DataOutputStream output, List<Integer> numbers) throws IOException {
        output.writeInt(numbers.size());
        for (int number : numbers) {
            output.writeInt(number);
        }
    }

    private static void writeKeys(DataOutputStream output, List<EntryKey> keys) throws IOException {
        output.writeInt(keys.size());
        for (EntryKey key : keys) {
            writeKey(output, key);
        }
    }

    private static void writeSummaries(DataOutputStream output, List<LogEntry.Summary> entries) throws IOException {
        output.writeInt(entries.size());
        for (LogEntry.Summary entry : entries) {
            writeKey(output, entry.key());
            writeOptional(output, entry.upload());
            output.writeInt(entry.rows());
            output.writeInt(entry.bytes());
        }
    }

    private static LogEntry.Summary readSummary(DataInputStream input) throws IOException {
        return new LogEntry.Summary(readKey(input), readOptional(input), input.readInt(), input.readInt());
    }

    private static void writeEntry(DataOutputStream output, LogEntry entry) throws IOException {
        writeKey(output, entry.key());
        writeOptional(output, entry.upload());
        output.writeInt(entry.rows());
        output.writeInt(entry.observations().length);
        output.write(entry.observations());
    }

    private static LogEntry readEntry(DataInputStream input) throws IOException {
        EntryKey key = readKey(input);
        String upload = readOptional(input);
        int rows = input.readInt();
        byte[] observations = new byte[input.readInt()];
        input.readFully(observations);
        return new LogEntry(key, upload, rows, observations);
    }

    private static void writeKey(DataOutputStream output, EntryKey key) throws IOException {
        output.writeInt(key.set());
        output.writeInt(key.partition());
        output.writeLong(key.insertedAt());
        output.writeLong(key.sequence());
        output.writeInt(key.attempt());
    }

    private static EntryKey readKey(DataInputStream input) throws IOException {
        return new EntryKey(input.readInt(), input.readInt(), input.readLong(), input.readLong(), input.readInt());
    }

    private static void writeOptional(DataOutputStream output, @Nullable String text) throws IOException {
        output.writeBoolean(text != null);
        if (text != null) {
            writeText(output, text);
        }
    }

    private static @Nullable String readOptional(DataInputStream input) throws IOException {
        return input.readBoolean() ? readText(input) : null;
    }

    private static void writeText(DataOutputStream output, String text) throws IOException {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        output.writeInt(bytes.length);
        output.write(bytes);
    }

    private static String readText(DataInputStream input) throws IOException {
        byte[] bytes = new byte[input.readInt()];
        input.readFully(bytes);
        return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    }
}
