package io.featuregrid.ops.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.execute.Role;
import io.featuregrid.planner.time.Timestamps;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a token: enough to know it again, not enough to use it.
 *
 * @param id by which people name it; tells nothing of the token
 * @param name what it is for, in its maker's words; may be empty
 * @param hash SHA-256 of the token, in hexadecimal digits: it has 256 random bits, so nothing slower is needed
 * @param createdAt microseconds
 * @param expiresAt microseconds; from then on it counts for nothing; null: never
 */
public record Token(
        String id,
        String name,
        Set<Role> roles,
        String hash,
        long createdAt,
        @Nullable Long expiresAt) {
    static final String PREFIX = "fg_";

    private static final int SECRET_BYTES = 32;
    private static final int ID_BYTES = 4;

    public Token {
        roles = Set.copyOf(roles);
    }

    /**
     * A new token.
     *
     * @param secret the token itself, which is nowhere else
     */
    public record Made(String secret, Token token) {
        /** Keeps the token out of texts. */
        @Override
        public String toString() {
            return "token " + token.id();
        }
    }

    static Made make(String name, Set<Role> roles, long now, @Nullable Long expiresAt, SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        String secret = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        byte[] id = new byte[ID_BYTES];
        random.nextBytes(id);
        return new Made(
                secret,
                new Token(
                        HexFormat.of().formatHex(id),
                        name,
                        roles,
                        HexFormat.of().formatHex(hash(secret)),
                        now,
                        expiresAt));
    }

    static byte[] hash(String secret) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JVM has SHA-256", impossible);
        }
    }

    boolean counts(long now) {
        return expiresAt == null || now < expiresAt;
    }

    /** For people: everything but the hash. */
    public ObjectNode describe(long now) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("id", id).put("name", name);
        ArrayNode names = node.putArray("roles");
        roles.stream().sorted().map(Role::text).forEach(names::add);
        node.put("created_at", Timestamps.format(createdAt));
        node.put("expires_at", expiresAt == null ? null : Timestamps.format(expiresAt));
        return node.put("expired", !counts(now));
    }

    ObjectNode json() {
        ObjectNode node = describe(createdAt);
        node.remove("expired");
        return node.put("sha256", hash);
    }

    /** @throws IllegalArgumentException if this is no token as {@link #json} writes it */
    static Token read(JsonNode node) {
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        for (JsonNode role : node.path("roles")) {
            roles.add(Role.find(role.asText())
                    .orElseThrow(() -> new IllegalArgumentException("there is no role '" + role.asText() + "'")));
        }
        String id = node.path("id").asText();
        String hash = node.path("sha256").asText();
        if (id.isEmpty() || roles.isEmpty() || !hash.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("id, roles or sha256 of a token is missing");
        }
        JsonNode expires = node.path("expires_at");
        return new Token(
                id,
                node.path("name").asText(),
                roles,
                hash,
                time(node.path("created_at")),
                expires.isNull() ? null : (Long) time(expires));
    }

    /** A token whose end cannot be read must not live for ever. */
    private static long time(JsonNode text) {
        return Timestamps.parse(text.asText())
                .orElseThrow(() -> new IllegalArgumentException("a token's time is " + text));
    }
}
