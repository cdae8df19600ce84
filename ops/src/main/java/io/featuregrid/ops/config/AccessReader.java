package io.featuregrid.ops.config;

import io.featuregrid.planner.execute.TlsIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads how the doors are guarded, and refuses a door that others can reach without. */
final class AccessReader {
    private static final List<Setting<String>> HOSTS =
            List.of(Setting.HTTP_HOST, Setting.FLIGHT_HOST, Setting.GRID_HOST);

    private final SettingsReader settings;
    private final List<String> problems;

    AccessReader(SettingsReader settings, List<String> problems) {
        this.settings = settings;
        this.problems = problems;
    }

    /** The file of the tokens: the one that is named, else the home's own. */
    static Path tokens(Path home, Optional<Path> named) {
        return named.orElseGet(() ->
                home.resolve("access").resolve("tokens.json").toAbsolutePath().normalize());
    }

    /** The settings, or null if there are problems, which are added to the others. */
    @Nullable
    AccessSettings read(Path home) {
        Optional<Optional<Boolean>> asked = settings.value(Setting.ACCESS_REQUIRED);
        Optional<Optional<Path>> file = settings.value(Setting.ACCESS_TOKENS);
        Optional<AccessSettings.Tls> tls = tls();
        boolean encrypts =
                settings.value(Setting.TLS_CERTIFICATE).map(Optional::isPresent).orElse(true);
        List<String> wide = new ArrayList<>();
        for (Setting<String> setting : HOSTS) {
            settings.value(setting)
                    .map(AccessReader::address)
                    .filter(host -> !host.isLoopbackAddress())
                    .ifPresent(host -> wide.add(setting.name() + " is " + host.getHostAddress()));
        }
        boolean required = asked.flatMap(word -> word).orElse(!wide.isEmpty());
        for (String door : wide) {
            if (!encrypts) {
                problems.add(door + ", which others can reach, but tls.certificate is not set (expected a certificate"
                        + " and its key, or a loopback address like 127.0.0.1)");
            }
            if (!required) {
                problems.add(door + ", which others can reach, but access.required is false (expected true or auto, or"
                        + " a loopback address like 127.0.0.1)");
            }
        }
        settings.value(Setting.GRID_HOST)
                .map(AccessReader::address)
                .filter(InetAddress::isAnyLocalAddress)
                .ifPresent(
                        any -> problems.add(
                                "grid.host is " + any.getHostAddress()
                                        + " (expected one address of this machine, at which the other nodes and thin clients reach it)"));
        if (file.isEmpty() || asked.isEmpty()) {
            return null;
        }
        Path tokens = tokens(home, file.get());
        if (required && !Files.exists(tokens)) {
            problems.add("tokens are asked for, but there is no " + tokens
                    + " (expected a first token: `featuregrid token create --role operate`, with the same --home or"
                    + " access.tokens)");
        }
        return problems.isEmpty() ? new AccessSettings(required, tokens, tls) : null;
    }

    private Optional<AccessSettings.Tls> tls() {
        Optional<Path> certificate = settings.value(Setting.TLS_CERTIFICATE).flatMap(file -> file);
        Optional<Path> key = settings.value(Setting.TLS_KEY).flatMap(file -> file);
        Optional<Path> trust = settings.value(Setting.TLS_TRUST).flatMap(file -> file);
        if (certificate.isEmpty()) {
            refuse(key.isPresent(), "tls.key");
            refuse(trust.isPresent(), "tls.trust");
            return Optional.empty();
        }
        if (key.isEmpty()) {
            problems.add("tls.certificate is set, but tls.key is not (expected the file of its key)");
            return Optional.empty();
        }
        try {
            List<X509Certificate> chain = PemFile.certificates(certificate.get(), "tls.certificate");
            List<X509Certificate> trusted =
                    trust.isPresent() ? PemFile.certificates(trust.get(), "tls.trust") : List.of(chain.getFirst());
            TlsIdentity identity = new TlsIdentity(PemFile.key(key.get(), chain.getFirst(), "tls.key"), chain, trusted);
            return Optional.of(new AccessSettings.Tls(certificate.get(), identity));
        } catch (IOException unusable) {
            problems.add(String.valueOf(unusable.getMessage()));
            return Optional.empty();
        }
    }

    private void refuse(boolean given, String name) {
        if (given) {
            problems.add(name + " is set, but tls.certificate is not (expected both, or neither)");
        }
    }

    private static @Nullable InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException gone) {
            return null;
        }
    }
}
