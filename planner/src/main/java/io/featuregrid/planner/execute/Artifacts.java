package io.featuregrid.planner.execute;

import java.util.Optional;

/** Files of code that definitions name by their content, the same on every node. Safe for use by several threads. */
public interface Artifacts {
    /**
     * Keeps a file; nothing happens if it is there.
     *
     * @return the SHA-256 of its content, 64 digits in lower-case hexadecimal
     */
    String put(byte[] content);

    /** The content of that digest; empty if it was never put. */
    Optional<byte[]> get(String sha256);
}
