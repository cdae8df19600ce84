package io.featuregrid.ops.node;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** Trusts one certificate, whatever the name it is shown under: who asks the node of a home folder knows its certificate from there. */
final class PinnedCertificate extends X509ExtendedTrustManager {
    private final Certificate certificate;

    private PinnedCertificate(Certificate certificate) {
        this.certificate = certificate;
    }

    static SSLContext context(Path file) throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        try (InputStream content = Files.newInputStream(file)) {
            Certificate first = CertificateFactory.getInstance("X.509").generateCertificate(content);
            context.init(null, new TrustManager[] {new PinnedCertificate(first)}, null);
        }
        return context;
    }

    private void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length == 0 || !chain[0].equals(certificate)) {
            throw new CertificateException("another certificate is shown than that of the home's node");
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String method, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method, Socket socket) throws CertificateException {
        check(chain);
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String method, SSLEngine engine)
            throws CertificateException {
        check(chain);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
