import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.ignite.Ignition;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.client.ClientCache;
import org.apache.ignite.client.IgniteClient;
import org.apache.ignite.configuration.ClientConfiguration;

/**
 * The two Java ends of bin/bench online, run from source: {@code bare FILE...} is a Vert.x server that answers {@code POST /0}, {@code /1},
 * ... with the bytes of the files; {@code measure} reads one measurement a line from standard input and answers each with one line of JSON.
 * Closed loop, one connection: a request is sent when the answer before it has arrived whole.
 */
public final class OnlineBench {
    private static final int WARM_UP_DIVISOR = 3;

    private OnlineBench() {}

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "bare" -> serveBytes(Arrays.copyOfRange(arguments, 1, arguments.length));
            case "measure" -> measureLines();
            default -> throw new IllegalArgumentException("mode is " + arguments[0] + " (expected bare or measure)");
        }
    }

    private static void serveBytes(String[] files) throws Exception {
        Vertx vertx = Vertx.vertx();
        Buffer[] bodies = new Buffer[files.length];
        for (int index = 0; index < files.length; index++) {
            bodies[index] = Buffer.buffer(Files.readAllBytes(Path.of(files[index])));
        }
        HttpServer server = vertx.createHttpServer(
                new HttpServerOptions().setHost("127.0.0.1").setPort(0).setTcpNoDelay(true));
        server.requestHandler(request -> request.body().onSuccess(body -> request.response()
                .putHeader("content-type", "application/json")
                .end(bodies[Integer.parseInt(request.path().substring(1))])));
        server.listen().toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
        System.out.println(server.actualPort());
        // Ends with whoever started it.
        while (System.in.read() >= 0) {
            Thread.onSpinWait();
        }
        System.exit(0);
    }

    private interface Call {
        /** Asks once and reads the answer whole; returns its size in bytes or fields. */
        long run() throws IOException;
    }

    private static void measureLines() throws Exception {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split(" ");
            double seconds = Double.parseDouble(words[1]);
            switch (words[0]) {
                case "http" -> http(words[2], words[3], Path.of(words[4]), seconds);
                case "thin" -> thin(words[2], words[3], words[4].split(","), seconds);
                default -> throw new IllegalArgumentException("line is " + line);
            }
        }
    }

    private static void http(String address, String path, Path body, double seconds) throws Exception {
        int colon = address.lastIndexOf(':');
        byte[] content = Files.readAllBytes(body);
        byte[] head = ("POST " + path + " HTTP/1.1\r\nhost: " + address
                        + "\r\ncontent-type: application/json\r\ncontent-length: " + content.length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        byte[] request = Arrays.copyOf(head, head.length + content.length);
        System.arraycopy(content, 0, request, head.length, content.length);
        try (Socket socket =
                new Socket(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)))) {
            socket.setTcpNoDelay(true);
            OutputStream output = socket.getOutputStream();
            InputStream input = new BufferedInputStream(socket.getInputStream(), 1 << 16);
            byte[] buffer = new byte[1 << 20];
            report(seconds, () -> {
                output.write(request);
                return readReply(input, buffer);
            });
        }
    }

    private static long readReply(InputStream input, byte[] buffer) throws IOException {
        int length = 0;
        int matched = 0;
        while (matched < 4) {
            int next = input.read();
            if (next < 0) {
                throw new IOException("the server closed the connection");
            }
            buffer[length++] = (byte) next;
            matched = next == "\r\n\r\n".charAt(matched) ? matched + 1 : next == '\r' ? 1 : 0;
        }
        String head = new String(buffer, 0, length, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
        if (!head.startsWith("http/1.1 200")) {
            throw new IOException("answered with " + head);
        }
        int from = head.indexOf("content-length:") + "content-length:".length();
        int bytes = Integer.parseInt(head.substring(from, head.indexOf('\r', from)).strip());
        int read = 0;
        while (read < bytes) {
            int got = input.read(buffer, 0, Math.min(buffer.length, bytes - read));
            if (got < 0) {
                throw new IOException("the server closed the connection");
            }
            read += got;
        }
        return bytes;
    }

    private static void thin(String address, String cache, String[] keys, double seconds) throws Exception {
        try (IgniteClient client = Ignition.startClient(new ClientConfiguration().setAddresses(address))) {
            ClientCache<String, BinaryObject> rows = client.<String, Object>cache(cache).withKeepBinary();
            Set<String> wanted = new LinkedHashSet<>(List.of(keys));
            List<String> names = rows.get(keys[0]).type().fieldNames().stream()
                    .filter(name -> !name.startsWith("__"))
                    .toList();
            report(
                    seconds,
                    keys.length == 1
                            ? () -> read(rows.get(keys[0]), names)
                            : () -> {
                                long fields = 0;
                                for (BinaryObject row : rows.getAll(wanted).values()) {
                                    fields += read(row, names);
                                }
                                return fields;
                            });
        }
    }

    private static long read(BinaryObject row, List<String> names) {
        long present = 0;
        for (String name : names) {
            present += row.field(name) == null ? 0 : 1;
        }
        return present;
    }

    private static void report(double seconds, Call call) throws Exception {
        run(seconds / WARM_UP_DIVISOR, call);
        long[] nanos = run(seconds, call);
        long size = call.run();
        Arrays.sort(nanos);
        double total = Arrays.stream(nanos).sum() / 1e9;
        System.out.printf(
                Locale.ROOT,
                "{\"calls\": %d, \"p50_us\": %.1f, \"p99_us\": %.1f, \"per_second\": %.0f, \"size\": %d}%n",
                nanos.length,
                nanos[nanos.length / 2] / 1e3,
                nanos[(int) (nanos.length * 0.99)] / 1e3,
                nanos.length / total,
                size);
        System.out.flush();
    }

    private static long[] run(double seconds, Call call) throws IOException {
        long[] nanos = new long[1 << 12];
        int count = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        long before = System.nanoTime();
        while (before < end) {
            call.run();
            long after = System.nanoTime();
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, count * 2);
            }
            nanos[count++] = after - before;
            before = System.nanoTime();
        }
        return Arrays.copyOf(nanos, count);
    }
}
