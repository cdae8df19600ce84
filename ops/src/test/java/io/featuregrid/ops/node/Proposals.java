package io.featuregrid.ops.node;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Documents that are applied. */
final class Proposals {
    private Proposals() {}

    /** One set {@code plane} with the key {@code tailnum} and features of type int64. */
    static String planes(int base, String... features) {
        return "{\"base_version\": " + base + ", " + body(features);
    }

    /** The same without a base version. */
    static String planesWithoutBase(String... features) {
        return "{" + body(features);
    }

    private static String body(String... features) {
        String listed = Arrays.stream(features)
                .map(feature -> ", {\"name\": \"" + feature + "\", \"type\": \"int64\", \"nullable\": true}")
                .collect(Collectors.joining());
        return """
                "sets": [{"name": "plane", "key": ["tailnum"], "feature_time": null, "relations": [],
                  "features": [{"name": "tailnum", "type": "string", "nullable": false}%s]}],
                 "sources": {"plane": "planes.py:3", "plane.seats": "planes.py:5"}}
                """.formatted(listed);
    }
}
