import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.ignite.Ignition;
import org.apache.ignite.binary.BinaryObject;
import org.apache.ignite.binary.BinaryObjectBuilder;
import org.apache.ignite.cache.query.ScanQuery;
import org.apache.ignite.client.ClientCache;
import org.apache.ignite.client.IgniteClient;
import org.apache.ignite.configuration.ClientConfiguration;

/**
 * A stock Java thin client as bin/check thin drives it, run from source: a line of standard input a question, a line of standard output its
 * answer. {@code get CACHE KEY...} prints a row a key, fields in the order of their names; {@code refused CACHE KEY} tries what a reader may
 * not do. A key is {@code l:7}, {@code s:text}, or {@code c:TYPE;a=l:7;b=s:x}.
 */
public final class ThinClientCheck {
    private ThinClientCheck() {}

    private interface Attempt {
        void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
        try (IgniteClient client = Ignition.startClient(new ClientConfiguration().setAddresses(arguments[0]))) {
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split("\t");
                if (words[0].equals("get")) {
                    get(client, words[1], Arrays.asList(words).subList(2, words.length));
                } else {
                    refused(client, words[1], words[2]);
                }
                System.out.println("end");
                System.out.flush();
            }
        }
    }

    private static void get(IgniteClient client, String cache, List<String> keys) {
        ClientCache<Object, BinaryObject> rows = client.<Object, Object>cache(cache).withKeepBinary();
        Set<Object> wanted = new LinkedHashSet<>();
        keys.forEach(key -> wanted.add(key(client, key)));
        Map<Object, BinaryObject> found = new LinkedHashMap<>();
        if (keys.size() == 1) {
            Object key = wanted.iterator().next();
            found.put(key, rows.get(key));
        } else {
            found.putAll(rows.getAll(wanted));
        }
        for (Object key : wanted) {
            System.out.println(text(found.get(key)));
        }
    }

    private static Object key(IgniteClient client, String text) {
        String rest = text.substring(2);
        return switch (text.charAt(0)) {
            case 'l' -> Long.valueOf(rest);
            case 's' -> rest;
            default -> {
                String[] parts = rest.split(";");
                BinaryObjectBuilder key = client.binary().builder(parts[0]);
                for (String part : Arrays.asList(parts).subList(1, parts.length)) {
                    int equals = part.indexOf('=');
                    key.setField(part.substring(0, equals), key(client, part.substring(equals + 1)));
                }
                yield key.build();
            }
        };
    }

    private static String text(BinaryObject row) {
        if (row == null) {
            return "no row";
        }
        Map<String, String> fields = new TreeMap<>();
        for (String name : row.type().fieldNames()) {
            if (!name.startsWith("__") && row.hasField(name)) {
                fields.put(name, value(row.field(name)));
            }
        }
        return fields.toString();
    }

    /** A text that is the same for the same value in the other clients. */
    private static String value(Object value) {
        return switch (value) {
            case null -> "null";
            case Double number -> Long.toHexString(Double.doubleToRawLongBits(number));
            case Timestamp time ->
                Long.toString(Math.floorDiv(time.getTime(), 1000L) * 1_000_000L + time.getNanos() / 1_000);
            case byte[] bytes -> Base64.getEncoder().encodeToString(bytes);
            case BigDecimal number -> number.stripTrailingZeros().toPlainString();
            case float[] numbers -> {
                List<String> texts = new ArrayList<>();
                for (float number : numbers) {
                    texts.add(value((double) number));
                }
                yield texts.toString();
            }
            case Object[] elements -> Arrays.stream(elements).map(ThinClientCheck::value).toList().toString();
            case BinaryObject struct -> text(struct);
            default -> value.toString();
        };
    }

    private static void refused(IgniteClient client, String cache, String keyText) {
        ClientCache<Object, Object> rows = client.cache(cache);
        Object key = key(client, keyText);
        Map<String, Attempt> attempts = new LinkedHashMap<>();
        attempts.put("put", () -> rows.put(key, "other"));
        attempts.put("put if absent", () -> rows.putIfAbsent(key, "other"));
        attempts.put("replace", () -> rows.replace(key, "other"));
        attempts.put("remove", () -> rows.remove(key));
        attempts.put("remove all", rows::removeAll);
        attempts.put("clear", rows::clear);
        attempts.put("compute", () -> client.compute().execute("java.lang.Object", null));
        attempts.put("scan of a set", () -> rows.query(new ScanQuery<>()).getAll());
        attempts.put("scan of a system cache", () -> client.cache("__catalog").query(new ScanQuery<>()).getAll());
        attempts.put("get from a system cache", () -> client.cache("__catalog").get("catalog"));
        attempts.put("create a cache", () -> client.createCache("mine"));
        attempts.put("destroy a cache", () -> client.destroyCache(cache));
        attempts.put("deactivate", () -> client.cluster().state(org.apache.ignite.cluster.ClusterState.INACTIVE));
        attempts.forEach((name, attempt) -> {
            try {
                attempt.run();
                System.out.println(name + "\tALLOWED");
            } catch (Exception refusal) {
                System.out.println(name + "\t" + String.valueOf(refusal.getMessage()).lines().findFirst().orElse(""));
            }
        });
    }
}
