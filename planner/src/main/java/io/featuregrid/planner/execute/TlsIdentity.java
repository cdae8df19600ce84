package io.featuregrid.planner.execute;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * What a node proves itself with, and whom it believes to be another node of its grid.
 *
 * @param key of the first certificate
 * @param chain the node's own certificate, and those that vouch for it
 * @param trusted a node is one whose certificate is among these, or was issued by one of these
 */
public record TlsIdentity(PrivateKey key, List<X509Certificate> chain, List<X509Certificate> trusted) {
    public TlsIdentity {
        chain = List.copyOf(chain);
        trusted = List.copyOf(trusted);
    }

    /** A store in memory with the key and its chain; its password is empty. */
    public KeyStore keys() {
        return store(store -> store.setKeyEntry("node", key, new char[0], chain.toArray(Certificate[]::new)));
    }

    /** A store in memory with the trusted certificates. */
    public KeyStore trust() {
        return store(store -> {
            for (int index = 0; index < trusted.size(); index++) {
                store.setCertificateEntry("trusted-" + index, trusted.get(index));
            }
        });
    }

    /** Keeps the key out of texts. */
    @Override
    public String toString() {
        return "TlsIdentity of " + chain.getFirst().getSubjectX500Principal();
    }

    private interface Filling {
        void fill(KeyStore store) throws GeneralSecurityException;
    }

    private static KeyStore store(Filling filling) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            filling.fill(store);
            return store;
        } catch (GeneralSecurityException | IOException impossible) {
            throw new IllegalStateException("a key store in memory cannot be made", impossible);
        }
    }
}
