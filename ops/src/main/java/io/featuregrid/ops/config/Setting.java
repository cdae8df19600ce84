package io.featuregrid.ops.config;

import io.featuregrid.gridnode.cluster.GridSettings.WriteAheadLog;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.time.Durations;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One thing that can be set: the reader, the records and the help of {@code start} all go by this table.
 *
 * @param standard the text that stands where nothing is set
 * @param unit what a number counts, or what a text is
 * @param read the value of a text; throws {@link IllegalArgumentException} with what was expected
 */
record Setting<T>(String name, String standard, String unit, String meaning, Function<String, T> read) {
    private static final long KIBI = 1024;

    static final Setting<String> HTTP_HOST =
            new Setting<>("http.host", "127.0.0.1", "address", "where HTTP listens", Setting::host);
    static final Setting<Integer> HTTP_PORT =
            new Setting<>("http.port", "8080", "port", "where HTTP listens; 0 takes a free port", number(0, 65_535));
    static final Setting<Integer> HTTP_MAX_BODY_BYTES =
            new Setting<>("http.max-body-bytes", "16MiB", "bytes", "the largest request body", fewBytes(1, 256 << 20));
    static final Setting<Integer> HTTP_MAX_CONCURRENT_REQUESTS = new Setting<>(
            "http.max-concurrent-requests",
            "256",
            "requests",
            "in work at once; one more is refused",
            number(1, 100_000));
    static final Setting<Integer> HTTP_MAX_CONNECTIONS = new Setting<>(
            "http.max-connections",
            "10000",
            "connections",
            "open at once; one more closes the one idle longest",
            number(1, 1_000_000));
    static final Setting<Long> HTTP_IDLE_TIMEOUT = new Setting<>(
            "http.idle-timeout",
            "2m",
            "duration",
            "after which a connection on which nothing moves is closed",
            Setting::idleTimeout);
    static final Setting<String> FLIGHT_HOST =
            new Setting<>("flight.host", "127.0.0.1", "address", "where Arrow Flight listens", Setting::host);
    static final Setting<Integer> FLIGHT_PORT = new Setting<>(
            "flight.port", "8815", "port", "where Arrow Flight listens; 0 takes a free port", number(0, 65_535));
    static final Setting<Integer> FLIGHT_MAX_MESSAGE_BYTES = new Setting<>(
            "flight.max-message-bytes",
            "256MiB",
            "bytes",
            "the largest batch of a client",
            fewBytes(1, Integer.MAX_VALUE));
    static final Setting<Integer> JOIN_THREADS =
            new Setting<>("join.threads", "0", "threads", "that join in parallel; 0: one a processor", number(0, 1024));
    static final Setting<Integer> JOIN_WINDOW_ROWS = new Setting<>(
            "join.window-rows", "131072", "rows", "joined at a time; bounds a join's memory", number(1, 1 << 24));
    static final Setting<Long> INGEST_FUTURE_TOLERANCE = new Setting<>(
            "ingest.future-tolerance", "60s", "duration", "how far observed_at may be ahead", Setting::duration);
    static final Setting<String> HISTORY_FOLDER = new Setting<>(
            "history.folder",
            "",
            "folder",
            "of the history; nodes of one grid share one. Empty: history/ under the home",
            text -> text);
    static final Setting<String> GRID_HOST = new Setting<>(
            "grid.host", "127.0.0.1", "address", "where thin clients and other nodes reach the grid", Setting::host);
    static final Setting<Integer> THIN_PORT = new Setting<>(
            "thin.port", "10800", "port", "where Ignite thin clients read; 0 takes a free port", number(0, 65_535));
    static final Setting<Integer> GRID_DISCOVERY_PORT = new Setting<>(
            "grid.discovery-port", "0", "port", "by which nodes find each other; 0: a free port", number(0, 65_535));
    static final Setting<Integer> GRID_COMMUNICATION_PORT = new Setting<>(
            "grid.communication-port", "0", "port", "by which nodes talk; 0: a free port", number(0, 65_535));
    static final Setting<List<String>> GRID_PEERS = new Setting<>(
            "grid.peers",
            "",
            "host:port",
            "discovery ports of other nodes, with commas between; empty: alone",
            Setting::addresses);
    static final Setting<Long> GRID_MEMORY = new Setting<>(
            "grid.memory",
            "1GiB",
            "bytes",
            "for rows, outside the heap; the rest lies on disk",
            bytes(64 * KIBI * KIBI, 1L << 50));
    static final Setting<Integer> GRID_BACKUPS =
            new Setting<>("grid.backups", "1", "copies", "of each row on other nodes", number(0, 3));
    static final Setting<WriteAheadLog> GRID_WAL = new Setting<>(
            "grid.wal",
            "log-only",
            "mode",
            "log-only: writes survive the process; fsync: also loss of power",
            Setting::writeAheadLog);
    static final Setting<Long> LOG_MAX_BYTES = new Setting<>(
            "log.max-bytes",
            "256MiB",
            "bytes",
            "that wait for history; beyond, writes are refused",
            bytes(1, 1L << 40));
    static final Setting<Long> LOG_DRAIN_INTERVAL = new Setting<>(
            "log.drain-interval", "10s", "duration", "after which writes go on into history", Setting::duration);
    static final Setting<Long> LOG_DRAIN_BYTES = new Setting<>(
            "log.drain-bytes",
            "64MiB",
            "bytes",
            "of one shard that go on into history at once",
            bytes(1, Integer.MAX_VALUE));

    static final Setting<String> PYTHON_COMMAND = new Setting<>(
            "python.command",
            "",
            "command",
            "that starts the Python of workers; empty: FEATUREGRID_PYTHON, the project's own environment, or python3",
            text -> text);
    static final Setting<Integer> PYTHON_WORKERS =
            new Setting<>("python.workers", "4", "processes", "that run Python functions at once", number(1, 1_024));
    static final Setting<Long> PYTHON_MEMORY = new Setting<>(
            "python.memory", "4GiB", "bytes", "of address space of each Python worker", bytes(1 << 28, 1L << 50));
    static final Setting<Long> RESOLVER_TIMEOUT = new Setting<>(
            "resolver.timeout", "30s", "duration", "of a call of a function that declares none", Setting::duration);

    static final Setting<Optional<Boolean>> ACCESS_REQUIRED = new Setting<>(
            "access.required",
            "auto",
            "mode",
            "true: every door asks for a token; false: none; auto: if others than this machine reach a door",
            Setting::required);
    static final Setting<Optional<Path>> ACCESS_TOKENS = new Setting<>(
            "access.tokens",
            "",
            "file",
            "of the tokens' hashes, which nodes may share; empty: access/tokens.json under the home",
            Setting::absoluteFile);
    static final Setting<Optional<Path>> TLS_CERTIFICATE = new Setting<>(
            "tls.certificate",
            "",
            "file",
            "in PEM: the node's certificate and those that vouch for it; encrypts every door",
            Setting::absoluteFile);
    static final Setting<Optional<Path>> TLS_KEY = new Setting<>(
            "tls.key",
            "",
            "file",
            "in PEM (PKCS#8, without a password): the key of tls.certificate",
            Setting::absoluteFile);
    static final Setting<Optional<Path>> TLS_TRUST = new Setting<>(
            "tls.trust",
            "",
            "file",
            "in PEM: by whom other nodes of the grid are vouched for; empty: they have this very certificate",
            Setting::absoluteFile);

    static final List<Setting<?>> ALL = List.of(
            HTTP_HOST,
            HTTP_PORT,
            HTTP_MAX_BODY_BYTES,
            HTTP_MAX_CONCURRENT_REQUESTS,
            HTTP_MAX_CONNECTIONS,
            HTTP_IDLE_TIMEOUT,
            FLIGHT_HOST,
            FLIGHT_PORT,
            FLIGHT_MAX_MESSAGE_BYTES,
            JOIN_THREADS,
            JOIN_WINDOW_ROWS,
            INGEST_FUTURE_TOLERANCE,
            HISTORY_FOLDER,
            GRID_HOST,
            THIN_PORT,
            GRID_DISCOVERY_PORT,
            GRID_COMMUNICATION_PORT,
            GRID_PEERS,
            GRID_MEMORY,
            GRID_BACKUPS,
            GRID_WAL,
            LOG_MAX_BYTES,
            LOG_DRAIN_INTERVAL,
            LOG_DRAIN_BYTES,
            PYTHON_COMMAND,
            PYTHON_WORKERS,
            PYTHON_MEMORY,
            RESOLVER_TIMEOUT,
            ACCESS_REQUIRED,
            ACCESS_TOKENS,
            TLS_CERTIFICATE,
            TLS_KEY,
            TLS_TRUST);

    private static Function<String, Integer> number(int least, int most) {
        return text -> {
            try {
                int number = Integer.parseInt(text);
                if (number >= least && number <= most) {
                    return number;
                }
            } catch (NumberFormatException noNumber) {
                // Refused below, with the same words as a number out of bounds.
            }
            throw new IllegalArgumentException("a whole number from " + least + " to " + most);
        };
    }

    private static Function<String, Integer> fewBytes(int least, int most) {
        return bytes(least, most).andThen(Math::toIntExact);
    }

    private static Function<String, Long> bytes(long least, long most) {
        return text -> {
            long unit = text.endsWith("KiB")
                    ? KIBI
                    : text.endsWith("MiB") ? KIBI * KIBI : text.endsWith("GiB") ? KIBI * KIBI * KIBI : 1;
            String digits = unit == 1 ? text : text.substring(0, text.length() - 3);
            try {
                long count = Math.multiplyExact(Long.parseLong(digits.strip()), unit);
                if (count >= least && count <= most) {
                    return count;
                }
            } catch (NumberFormatException | ArithmeticException noNumber) {
                // Refused below, with the same words as a number out of bounds.
            }
            throw new IllegalArgumentException(
                    "a number of bytes from " + least + " to " + most + ", with KiB, MiB or GiB behind it if you like");
        };
    }

    private static List<String> addresses(String text) {
        List<String> addresses =
                text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
        for (String address : addresses) {
            if (!address.matches(".+:[1-9][0-9]{0,4}")) {
                throw new IllegalArgumentException(
                        "host:port, with commas between several, like 127.0.0.1:47500,127.0.0.1:47501");
            }
        }
        return addresses;
    }

    private static WriteAheadLog writeAheadLog(String text) {
        return switch (text) {
            case "log-only" -> WriteAheadLog.LOG_ONLY;
            case "fsync" -> WriteAheadLog.FSYNC;
            default -> throw new IllegalArgumentException("log-only or fsync");
        };
    }

    private static long duration(String text) {
        try {
            long micros = Durations.parse(text, "duration");
            if (micros != Durations.INFINITY) {
                return micros;
            }
        } catch (FeatureGridException malformed) {
            // Refused below, with the same words as an infinite one.
        }
        throw new IllegalArgumentException("a duration with an end, like 60s, 5m or 1h");
    }

    private static long idleTimeout(String text) {
        long micros = duration(text);
        if (micros < 1_000_000 || micros > 86_400_000_000L) {
            throw new IllegalArgumentException("a duration from 1s to 1d");
        }
        return micros;
    }

    /** Whether others than this machine may reach it is for the reader to judge, which knows how the doors are guarded. */
    private static String host(String text) {
        if (!text.isBlank() && isKnown(text)) {
            return text;
        }
        throw new IllegalArgumentException("an address of this machine, like 127.0.0.1");
    }

    private static boolean isKnown(String host) {
        try {
            InetAddress.getByName(host);
            return true;
        } catch (UnknownHostException unknown) {
            return false;
        }
    }

    private static Optional<Path> absoluteFile(String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Path file = Path.of(text);
        if (!file.isAbsolute()) {
            // Started in the background, a node runs in another folder than the command that starts it.
            throw new IllegalArgumentException("the whole path of a file, from / on");
        }
        return Optional.of(file.normalize());
    }

    private static Optional<Boolean> required(String text) {
        return switch (text) {
            case "auto" -> Optional.empty();
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> throw new IllegalArgumentException("auto, true or false");
        };
    }
}
