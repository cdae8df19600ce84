package io.featuregrid.gridnode.cluster;

import io.featuregrid.planner.execute.TlsIdentity;
import java.security.GeneralSecurityException;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.apache.ignite.configuration.ClientConnectorConfiguration;
import org.apache.ignite.configuration.IgniteConfiguration;

/**
 * Encrypts a node's connections. Between nodes both sides prove themselves: only whose certificate is trusted joins the grid. A thin client
 * proves itself by its token.
 */
final class GridTls {
    private GridTls() {}

    static void use(TlsIdentity tls, IgniteConfiguration configuration, ClientConnectorConfiguration thin) {
        SSLContext context = context(tls);
        configuration.setSslContextFactory(() -> context);
        thin.setSslEnabled(true)
                .setSslClientAuth(false)
                .setUseIgniteSslContextFactory(false)
                .setSslContextFactory(() -> context);
    }

    private static SSLContext context(TlsIdentity tls) {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(tls.keys(), new char[0]);
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(tls.trust());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException unusable) {
            throw new IllegalArgumentException(
                    "the key of " + tls + " cannot be used (expected one that this JVM knows)", unusable);
        }
    }
}
