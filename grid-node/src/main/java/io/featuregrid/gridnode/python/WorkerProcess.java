package io.featuregrid.gridnode.python;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** One Python process, connected. For one thread at a time, except {@link #kill}. */
final class WorkerProcess implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final int OPEN_FILES = 256;
    private static final int MOST_HEADER = 64 << 20;
    private static final long MOST_CONTENT = 1L << 30;
    private static final long END_MILLIS = 2_000;
    private static final long START_SECONDS = 60;

    private final Process process;
    private final SocketChannel channel;
    private final Path folder;

    /** What a process answered. */
    // Goes from here to its reader and is nobody's to change.
    @SuppressWarnings("ArrayRecordComponent")
    record Answer(JsonNode header, byte[] content) {}

    private WorkerProcess(Process process, SocketChannel channel, Path folder) {
        this.process = process;
        this.channel = channel;
        this.folder = folder;
    }

    /**
     * Starts a process and waits until it is connected.
     *
     * @param folder its own, made by this and removed with it
     * @param parent runs what starts the process, which ends with that thread
     * @throws IOException if it ends before; with what it said
     */
    static WorkerProcess start(String python, WorkerSettings settings, Path folder, ExecutorService parent)
            throws IOException {
        Files.createDirectories(folder);
        // The path of a socket holds about a hundred bytes.
        Path sockets = Files.createTempDirectory("fgw");
        Path socket = sockets.resolve("s");
        Path log = folder.resolve("start.log");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            ProcessBuilder builder = new ProcessBuilder(List.of(
                            python,
                            "-m",
                            "featuregrid.worker",
                            socket.toString(),
                            Long.toString(settings.memoryBytes()),
                            Integer.toString(OPEN_FILES)))
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            Map<String, String> environment = builder.environment();
            environment.clear();
            environment.putAll(Map.of(
                    "LANG", "C.UTF-8",
                    "TZ", "UTC",
                    "HOME", folder.toString(),
                    "TMPDIR", folder.toString(),
                    "PYTHONPATH", settings.packages().toString(),
                    "PYTHONDONTWRITEBYTECODE", "1",
                    // A thread a processor would only take address space and fight for the processors.
                    "OPENBLAS_NUM_THREADS", "1",
                    "OMP_NUM_THREADS", "1",
                    "ARROW_DEFAULT_MEMORY_POOL", "system"));
            Process process = startedBy(parent, builder);
            process.getOutputStream().close();
            // One that neither connects nor ends would be waited for for ever.
            CompletableFuture<Void> ended = process.onExit()
                    .orTimeout(START_SECONDS, TimeUnit.SECONDS)
                    .handle((exited, late) -> {
                        closeQuietly(server);
                        return null;
                    });
            try {
                SocketChannel channel = server.accept();
                ended.cancel(false);
                return new WorkerProcess(process, channel, folder);
            } catch (IOException closed) {
                process.destroyForcibly();
                throw new IOException(
                        "a Python worker ended at its start, or was not there after " + START_SECONDS + " s: "
                                + tail(log),
                        closed);
            }
        } finally {
            Files.deleteIfExists(socket);
            Files.deleteIfExists(sockets);
        }
    }

    private static Process startedBy(ExecutorService parent, ProcessBuilder builder) throws IOException {
        try {
            return parent.submit(builder::start).get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a Python worker was started", interrupted);
        } catch (ExecutionException failure) {
            throw failure.getCause() instanceof IOException refused ? refused : new IOException(failure.getCause());
        } catch (RejectedExecutionException closed) {
            throw new IOException("the node stops", closed);
        }
    }

    /**
     * One call.
     *
     * @throws EOFException if the process ended meanwhile
     */
    Answer call(ObjectNode header, byte[] content) throws IOException {
        byte[] text = JSON.writeValueAsBytes(header);
        ByteBuffer sizes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        sizes.putInt(text.length).flip();
        write(sizes);
        write(ByteBuffer.wrap(text));
        sizes.clear();
        sizes.putLong(content.length).flip();
        write(sizes);
        write(ByteBuffer.wrap(content));
        int headerLength = read(4, MOST_HEADER).getInt();
        JsonNode answer = JSON.readTree(read(headerLength, MOST_HEADER).array());
        long length = read(8, MOST_HEADER).getLong();
        return new Answer(answer, read(length, MOST_CONTENT).array());
    }

    /** Ends the connection only; from any thread. */
    void disconnect() {
        closeQuietly(channel);
    }

    /** Ends the process and all that it started, at once; from any thread. */
    void kill() {
        List<ProcessHandle> children = process.descendants().toList();
        try {
            // It leads a group of its own: also what has no parent any more. Without "--" some take the number for an
            // option, and do nothing.
            Process ending = new ProcessBuilder("kill", "-KILL", "--", "-" + process.pid())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // Its end of the pipe would stay open until the next collection.
            ending.getOutputStream().close();
            ending.waitFor(END_MILLIS, TimeUnit.MILLISECONDS);
        } catch (IOException absent) {
            // Without that command only the children that are still known are ended.
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }

    /** How it ended, as a person reads it; waits a moment for it. */
    String ending() {
        try {
            if (!process.waitFor(END_MILLIS, TimeUnit.MILLISECONDS)) {
                return "it closed its connection";
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
        int status = process.exitValue();
        return status > 128 ? "it was ended by signal " + (status - 128) : "it ended with status " + status;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() {
        closeQuietly(channel);
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException left) {
            // The next start of the node removes it.
        }
    }

    private void write(ByteBuffer buffer) throws IOException {
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private ByteBuffer read(long length, long most) throws IOException {
        if (length < 0 || length > most) {
            throw new IOException("a Python worker announced " + length + " bytes (expected at most " + most + ")");
        }
        ByteBuffer buffer = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the Python worker ended");
            }
        }
        return buffer.flip();
    }

    private static String tail(Path log) throws IOException {
        String text = Files.isRegularFile(log) ? Files.readString(log).strip() : "";
        return text.length() <= 1_000 ? text : text.substring(text.length() - 1_000);
    }

    private static void closeQuietly(AutoCloseable open) {
        try {
            open.close();
        } catch (Exception closed) {
            // Closing is all that was wanted.
        }
    }
}
