package io.featuregrid.ops.config;

import io.featuregrid.planner.execute.TlsIdentity;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the doors of a node are guarded.
 *
 * @param required whether they ask for a token
 * @param tokens the file of the tokens' hashes; need not be there if no token is asked for
 * @param tls what encrypts, or empty
 */
public record AccessSettings(boolean required, Path tokens, Optional<Tls> tls) {
    /**
     * The node's certificate with its key.
     *
     * @param certificate the file that it was read from
     */
    public record Tls(Path certificate, TlsIdentity identity) {}
}
