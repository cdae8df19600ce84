package io.featuregrid.planner.execute;

import java.util.Optional;

/**
 * How the doors of a node are guarded.
 *
 * @param access whom they let in
 * @param tls by what the node proves itself and encrypts; empty for plain connections
 */
public record Guard(Access access, Optional<TlsIdentity> tls) {
    /** Everybody is let in, and nothing is encrypted: for loopback only. */
    public static final Guard NONE = new Guard(Access.OPEN, Optional.empty());

    /**
     * Keeps a door that others can reach from being opened without a guard; settings say so before, in better words.
     *
     * @throws IllegalArgumentException if the door is not on loopback and asks for no token or does not encrypt
     */
    public void check(String host, boolean loopback) {
        if (!loopback && (!access.asks() || tls.isEmpty())) {
            throw new IllegalArgumentException(
                    "a door at " + host + " has no guard (expected tokens and a certificate, or loopback)");
        }
    }
}
