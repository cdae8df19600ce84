package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.definition.Names;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Access;
import io.featuregrid.planner.execute.Allowed;
import io.featuregrid.planner.execute.Caller;
import io.featuregrid.planner.execute.Role;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.cluster.ClusterNode;
import org.apache.ignite.internal.GridKernalContext;
import org.apache.ignite.internal.IgniteNodeAttributes;
import org.apache.ignite.internal.processors.GridProcessorAdapter;
import org.apache.ignite.internal.processors.authentication.IgniteAccessControlException;
import org.apache.ignite.internal.processors.security.GridSecurityProcessor;
import org.apache.ignite.internal.processors.security.SecurityContext;
import org.apache.ignite.plugin.security.AuthenticationContext;
import org.apache.ignite.plugin.security.SecurityCredentials;
import org.apache.ignite.plugin.security.SecurityException;
import org.apache.ignite.plugin.security.SecurityPermission;
import org.apache.ignite.plugin.security.SecuritySubject;
import org.jspecify.annotations.Nullable;

/**
 * What Ignite asks before it does something: a node may everything, a thin client may read the caches of feature sets.
 *
 * <p>Ignite does not ask before everything that a thin client can send; {@link ReaderGate} stands before that. A client is let in only
 * once the gate stands.
 */
final class ReaderPermissions extends GridProcessorAdapter implements GridSecurityProcessor {
    static final Allowed READING = Allowed.to(Role.READ);

    private final Access access;
    private volatile boolean open;

    ReaderPermissions(GridKernalContext context, Access access) {
        super(context);
        this.access = access;
    }

    /**
     * Ignite expects of a node some credentials; ours are trusted as they are: nodes reach each other only on loopback, or by certificates that
     * each checks of the other.
     */
    @Override
    public void start() throws IgniteCheckedException {
        super.start();
        ctx.addNodeAttribute(IgniteNodeAttributes.ATTR_SECURITY_CREDENTIALS, new SecurityCredentials("node", ""));
    }

    /** Lets clients in from now on. */
    void open() {
        open = true;
    }

    @Override
    public SecurityContext authenticateNode(ClusterNode node, @Nullable SecurityCredentials credentials) {
        return Subject.node(node.id());
    }

    @Override
    public boolean isGlobalNodeAuthentication() {
        return false;
    }

    @Override
    public SecurityContext authenticate(AuthenticationContext client) throws IgniteCheckedException {
        if (!open) {
            throw new IgniteCheckedException("the node still starts (expected a client to try again in a moment)");
        }
        SecurityCredentials given = client.credentials();
        String token = given != null && given.getPassword() instanceof String password ? password : "";
        try {
            Caller.ofToken(access, token).require(READING, "a thin client (the token is its password)");
        } catch (FeatureGridException stranger) {
            // Any other exception would look to clients like another version of the protocol, and some try again for
            // ever.
            throw new IgniteAccessControlException(stranger.getMessage());
        }
        return Subject.READER;
    }

    @Override
    public Collection<SecuritySubject> authenticatedSubjects() {
        return List.of(Subject.READER);
    }

    @Override
    public @Nullable SecuritySubject authenticatedSubject(UUID id) {
        return id.equals(Subject.READER.id()) ? Subject.READER : null;
    }

    /** Null is for nodes: Ignite keeps what it knows of them. */
    @Override
    public @Nullable SecurityContext securityContext(UUID id) {
        return id.equals(Subject.READER.id()) ? Subject.READER : null;
    }

    @Override
    public void authorize(@Nullable String name, SecurityPermission permission, SecurityContext who) {
        if (who instanceof Subject subject && subject.isNode()) {
            return;
        }
        if (permission == SecurityPermission.CACHE_READ && name != null && Names.wellFormed(name)) {
            return;
        }
        throw new SecurityException("a thin client asked for " + permission
                + (name == null ? "" : " of '" + name + "'")
                + " (expected get and get_all of feature sets: write over HTTP, Flight or the featuregrid command)");
    }

    @Override
    public void onSessionExpired(UUID id) {
        // Readers are one, and nothing is kept of a session.
    }

    @Override
    @SuppressWarnings("deprecation")
    public boolean enabled() {
        return true;
    }
}
