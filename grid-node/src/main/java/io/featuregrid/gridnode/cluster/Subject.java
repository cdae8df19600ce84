package io.featuregrid.gridnode.cluster;

import java.io.Serializable;
import java.net.InetSocketAddress;
import java.util.UUID;
import org.apache.ignite.internal.processors.security.SecurityContext;
import org.apache.ignite.plugin.security.SecuritySubject;
import org.apache.ignite.plugin.security.SecuritySubjectType;

/**
 * Who asks something of the grid: a node of it, which may everything, or an outside reader.
 *
 * <p>All readers are one: a read goes on to the node that owns the row with nothing but the reader's id, and that node must know it.
 * Nodes exchange this in serialized form.
 */
record Subject(UUID id, SecuritySubjectType type) implements SecuritySubject, SecurityContext, Serializable {
    /** Every thin client. */
    static final Subject READER = new Subject(new UUID(0L, 1L), SecuritySubjectType.REMOTE_CLIENT);

    private static final long serialVersionUID = 1L;

    static Subject node(UUID id) {
        return new Subject(id, SecuritySubjectType.REMOTE_NODE);
    }

    boolean isNode() {
        return type == SecuritySubjectType.REMOTE_NODE;
    }

    @Override
    public Object login() {
        return isNode() ? "node" : "reader";
    }

    @Override
    public InetSocketAddress address() {
        return InetSocketAddress.createUnresolved("unknown", 0);
    }

    @Override
    public SecuritySubject subject() {
        return this;
    }
}
