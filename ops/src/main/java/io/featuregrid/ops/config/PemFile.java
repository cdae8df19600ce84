package io.featuregrid.ops.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Certificates and keys in files as OpenSSL writes them. What a failure says holds nothing of a file's content. */
final class PemFile {
    private static final Pattern KEY = Pattern.compile("-----BEGIN PRIVATE KEY-----([^-]*)-----END PRIVATE KEY-----");

    private PemFile() {}

    /**
     * The certificates of a file, in order; at least one, the first of them valid now.
     *
     * @param setting by which the file was named
     * @throws IOException with a message for people
     */
    static List<X509Certificate> certificates(Path file, String setting) throws IOException {
        try {
            List<X509Certificate> found =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(read(file, setting)))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (found.isEmpty()) {
                throw new IOException(setting + " is " + file + ", which holds no certificate (expected one in PEM)");
            }
            found.getFirst().checkValidity();
            return found;
        } catch (CertificateExpiredException | CertificateNotYetValidException outside) {
            throw new IOException(
                    setting + " is " + file + ", whose certificate is not valid now: " + outside.getMessage()
                            + " (expected one that is)",
                    outside);
        } catch (GeneralSecurityException malformed) {
            throw new IOException(
                    setting + " is " + file + ", which holds no certificate (expected one in PEM)", malformed);
        }
    }

    /**
     * The key of a file, which is that of a certificate.
     *
     * @throws IOException with a message for people
     */
    static PrivateKey key(Path file, X509Certificate certificate, String setting) throws IOException {
        Matcher found = KEY.matcher(new String(read(file, setting), StandardCharsets.US_ASCII));
        if (!found.find()) {
            throw new IOException(setting + " is " + file + ", which holds no key in PKCS#8 (expected the lines from"
                    + " BEGIN PRIVATE KEY to END PRIVATE KEY, without a password: openssl pkcs8 -topk8 -nocrypt makes"
                    + " them of any key)");
        }
        PublicKey known = certificate.getPublicKey();
        try {
            PrivateKey key = KeyFactory.getInstance(known.getAlgorithm())
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(found.group(1))));
            if (belong(key, known)) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException other) {
            // Refused below, in the same words as a key of the right kind.
        }
        throw new IOException(setting + " is " + file
                + ", whose key is not that of the certificate (expected the two that were made together)");
    }

    private static boolean belong(PrivateKey key, PublicKey known) throws GeneralSecurityException {
        byte[] text = new byte[32];
        new SecureRandom().nextBytes(text);
        Signature signature = Signature.getInstance(
                switch (known.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> known.getAlgorithm();
                });
        signature.initSign(key);
        signature.update(text);
        byte[] signed = signature.sign();
        signature.initVerify(known);
        signature.update(text);
        return signature.verify(signed);
    }

    private static byte[] read(Path file, String setting) throws IOException {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException missing) {
            throw new IOException(setting + " is " + file + ", which does not exist (expected a file in PEM)", missing);
        } catch (IOException unreadable) {
            throw new IOException(setting + " is " + file + ", which cannot be read: " + unreadable, unreadable);
        }
    }
}
