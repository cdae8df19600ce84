package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.execute.Access;
import io.featuregrid.planner.execute.Role;
import java.lang.reflect.Field;
import java.util.Optional;
import org.apache.ignite.IgniteCheckedException;
import org.apache.ignite.IgniteException;
import org.apache.ignite.internal.GridKernalContext;
import org.apache.ignite.internal.binary.BinaryFieldMetadata;
import org.apache.ignite.internal.binary.BinaryMetadata;
import org.apache.ignite.internal.processors.cache.binary.CacheObjectBinaryProcessorImpl;
import org.apache.ignite.internal.processors.odbc.ClientListenerConnectionContext;
import org.apache.ignite.internal.processors.odbc.ClientListenerNioListener;
import org.apache.ignite.internal.processors.odbc.ClientMessage;
import org.apache.ignite.internal.processors.platform.client.ClientBooleanResponse;
import org.apache.ignite.internal.processors.platform.client.ClientResponse;
import org.apache.ignite.internal.processors.platform.client.ClientStatus;
import org.apache.ignite.internal.util.nio.GridNioFilter;
import org.apache.ignite.internal.util.nio.GridNioSession;
import org.apache.ignite.internal.util.nio.GridNioSessionMetaKey;
import org.apache.ignite.internal.util.nio.ssl.GridNioSslFilter;

/**
 * Stands before Ignite's port for thin clients and lets through what a reader may send ({@link ReaderRequest}).
 *
 * <p>Ignite asks for permission before reads and writes of caches, but neither before switching off the log of a cache, nor before
 * registering binary types, nor before reading a key that is a serialized Java object. There is no place to hang a filter, so it is put
 * into the chain of filters by reflection; a node in which that fails does not start.
 */
final class ReaderGate extends PassingFilter {
    private static final int TOKEN = GridNioSessionMetaKey.nextUniqueKey();

    private final GridKernalContext kernal;
    private final Access access;

    private ReaderGate(GridKernalContext kernal, Access access) {
        super("FeatureGrid reader gate");
        this.access = access;
        this.kernal = kernal;
    }

    /** Puts a gate before the port of a node that does not let clients in yet. */
    static void install(GridKernalContext kernal, Access access) {
        try {
            Object chain = field(field(kernal.clientListener(), "srv"), "filterChain");
            GridNioFilter listener = (GridNioFilter) field(chain, "tail");
            GridNioFilter network = (GridNioFilter) field(chain, "head");
            putBetween(listener, new ReaderGate(kernal, access), listener.nextFilter());
            // Lengths stand in what was sent, so behind what decrypts it.
            GridNioFilter plain = network.previousFilter() instanceof GridNioSslFilter tls ? tls : network;
            putBetween(plain.previousFilter(), new ReaderFrames(), plain);
        } catch (ReflectiveOperationException | ClassCastException unknown) {
            throw new IgniteException(
                    "the port for thin clients cannot be guarded (expected Ignite 2.18.0 on the class path)", unknown);
        }
    }

    private static void putBetween(GridNioFilter upper, GridNioFilter filter, GridNioFilter lower) {
        filter.previousFilter(upper);
        filter.nextFilter(lower);
        lower.previousFilter(filter);
        upper.nextFilter(filter);
    }

    private static Object field(Object holder, String name) throws ReflectiveOperationException {
        Field field = holder.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(holder);
    }

    @Override
    public void onMessageReceived(GridNioSession session, Object message) throws IgniteCheckedException {
        byte[] payload = ((ClientMessage) message).payload();
        ClientListenerConnectionContext connection = session.meta(ClientListenerNioListener.CONN_CTX_META_KEY);
        if (connection == null) {
            Optional<String> token = ReaderRequest.tokenOfHandshake(payload);
            if (token.isPresent()) {
                session.addMeta(TOKEN, token.get());
                proceedMessageReceived(session, message);
            } else {
                session.close();
            }
            return;
        }
        // The token was looked at when the connection was made; it may have been revoked meanwhile.
        String token = session.meta(TOKEN);
        if (token == null || !access.roles(token).contains(Role.READ) || payload.length < ReaderRequest.HEAD_BYTES) {
            session.close();
            return;
        }
        ReaderRequest request = ReaderRequest.of(payload);
        Optional<String> refusal = request.statesType() ? refusalOfType(request.statedType()) : request.refusal();
        if (refusal.isPresent()) {
            answer(
                    session,
                    connection,
                    new ClientResponse(request.id(), ClientStatus.SECURITY_VIOLATION, refusal.get()));
        } else if (request.statesTypeName()) {
            answer(session, connection, new ClientBooleanResponse(request.id(), true));
        } else if (request.statesType()) {
            answer(session, connection, new ClientResponse(request.id()));
        } else {
            proceedMessageReceived(session, message);
        }
    }

    private static void answer(
            GridNioSession session, ClientListenerConnectionContext connection, ClientResponse response) {
        session.send(connection.parser().encode(response));
    }

    /**
     * A client states the type of a composite key before it sends one. That changes nothing where the type is known and has those
     * fields, so it is answered and forgotten; anything else would change what rows look like.
     */
    private Optional<String> refusalOfType(Optional<StatedType> stated) {
        if (stated.isEmpty()) {
            return Optional.of("a binary type cannot be read (expected a type as Ignite's clients write it)");
        }
        StatedType type = stated.get();
        BinaryMetadata known = ((CacheObjectBinaryProcessorImpl) kernal.cacheObjects()).metadata0(type.id());
        if (known == null || type.isEnum() || !known.typeName().equals(type.name())) {
            return Optional.of("binary type '" + type.name()
                    + "' is not known (expected the type of a set's key: types are made by applying definitions)");
        }
        for (StatedType.Field field : type.fields()) {
            BinaryFieldMetadata there = known.fieldsMap().get(field.name());
            if (there == null || there.typeId() != field.typeId() || there.fieldId() != field.id()) {
                return Optional.of("field '" + field.name() + "' of binary type '" + type.name() + "' is "
                        + (there == null ? "not known" : "of another type") + " (expected the fields "
                        + known.fields() + " as they are: integers are longs)");
            }
        }
        return Optional.empty();
    }
}
