package io.featuregrid.gridnode.serve;

import java.util.HexFormat;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a request across services, as the W3C recommendation "Trace Context" writes it.
 *
 * @param traceId 32 hexadecimal digits, the caller's if it sent a valid one
 * @param spanId 16 hexadecimal digits: this node's part of the trace
 * @param flags two hexadecimal digits, the caller's if it sent some
 */
record TraceContext(String traceId, String spanId, String flags) {
    /** Versions above 00 may carry further fields, which are not for us to read; ff is forbidden. */
    private static final Pattern TRACEPARENT = Pattern.compile("(?:00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})"
            + "|(?!00|ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?)");

    private static final String SAMPLED = "01";

    /** The caller's trace gone on with, or a new one if the header is absent or not valid. */
    static TraceContext of(@Nullable String traceparent, RandomGenerator random) {
        if (traceparent != null) {
            Matcher header = TRACEPARENT.matcher(traceparent.strip());
            if (header.matches()) {
                int first = header.group(1) == null ? 4 : 1;
                String trace = header.group(first);
                if (isId(trace) && isId(header.group(first + 1))) {
                    return new TraceContext(trace, id(8, random), header.group(first + 2));
                }
            }
        }
        return new TraceContext(id(16, random), id(8, random), SAMPLED);
    }

    String traceparent() {
        return "00-" + traceId + "-" + spanId + "-" + flags;
    }

    private static boolean isId(String digits) {
        return digits.chars().anyMatch(digit -> digit != '0');
    }

    private static String id(int bytes, RandomGenerator random) {
        byte[] digits = new byte[bytes];
        String id;
        do {
            random.nextBytes(digits);
            id = HexFormat.of().formatHex(digits);
        } while (!isId(id));
        return id;
    }
}
