package io.featuregrid.ops.access;

import io.featuregrid.planner.execute.Access;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in whose token stands in a file.
 *
 * <p>The file is looked at at most ten times a second, and for each token that is not known, and is read again if it is another one than
 * before: a new token counts at once, a revoked one for a tenth of a second at most. While it cannot be read nobody is let in. A text is
 * compared by its hash with every token there is, so that the time it takes tells nothing of them. Safe for use by several threads.
 */
public final class TokenAccess implements Access {
    private static final Logger LOG = LoggerFactory.getLogger(TokenAccess.class);
    private static final long LOOK_NANOS = 100_000_000;

    private final Path file;
    private final Clock clock;
    private final LongSupplier nanos;
    private volatile Known known;
    private volatile long lookedAt;

    /** By what a changed file is told; all of it null if there is none. */
    private record FileState(@Nullable Object key, long modified, long bytes) {}

    private record Known(FileState state, List<Hashed> tokens) {}

    /** A token with its hash as bytes, once for all comparisons. */
    private static final class Hashed {
        private final byte[] hash;
        private final Token token;

        Hashed(Token token) {
            this.hash = HexFormat.of().parseHex(token.hash());
            this.token = token;
        }
    }

    /**
     * Access by a file.
     *
     * @param nanos a clock that only goes forward, as {@link System#nanoTime}
     * @throws IOException if the file is there and cannot be read
     */
    public TokenAccess(Path file, Clock clock, LongSupplier nanos) throws IOException {
        this.file = file;
        this.clock = clock;
        this.nanos = nanos;
        this.lookedAt = nanos.getAsLong();
        FileState state = state();
        this.known = new Known(state, hashed(TokenFile.read(file)));
    }

    @Override
    public boolean asks() {
        return true;
    }

    @Override
    public Set<Role> roles(String token) {
        byte[] hash = Token.hash(token);
        if (nanos.getAsLong() - lookedAt >= LOOK_NANOS) {
            look();
        }
        Set<Role> roles = find(hash);
        if (roles.isEmpty() && look()) {
            roles = find(hash);
        }
        return roles;
    }

    /** Whether any token counts now. */
    public boolean hasTokens() {
        long now = clock.nowMicros();
        return known.tokens().stream().anyMatch(hashed -> hashed.token.counts(now));
    }

    private Set<Role> find(byte[] hash) {
        long now = clock.nowMicros();
        EnumSet<Role> roles = EnumSet.noneOf(Role.class);
        for (Hashed hashed : known.tokens()) {
            // No way out of the loop: where a token stands in the file must not be told by the time.
            boolean same = MessageDigest.isEqual(hashed.hash, hash);
            if (same && hashed.token.counts(now)) {
                roles.addAll(hashed.token.roles());
            }
        }
        return roles;
    }

    /** Reads the file again if it is another one; whether it was. */
    private boolean look() {
        lookedAt = nanos.getAsLong();
        try {
            FileState state = state();
            return !state.equals(known.state()) && read(state);
        } catch (IOException unreadable) {
            return letNobodyIn(new FileState(null, -1, -1), unreadable);
        }
    }

    private synchronized boolean read(FileState state) {
        if (state.equals(known.state())) {
            return true;
        }
        try {
            // What is read may be newer than its state; then the next look reads it once more.
            known = new Known(state, hashed(TokenFile.read(file)));
            LOG.info("{} tokens in {}", known.tokens().size(), file);
            return true;
        } catch (IOException damaged) {
            return letNobodyIn(state, damaged);
        }
    }

    private synchronized boolean letNobodyIn(FileState state, IOException failure) {
        if (!state.equals(known.state())) {
            known = new Known(state, List.of());
            LOG.error("nobody is let in until the file of tokens can be read: {}", failure.toString());
        }
        return true;
    }

    private FileState state() throws IOException {
        try {
            BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileState(
                    attributes.fileKey(),
                    attributes.lastModifiedTime().to(java.util.concurrent.TimeUnit.NANOSECONDS),
                    attributes.size());
        } catch (NoSuchFileException none) {
            return new FileState(null, 0, 0);
        }
    }

    private static List<Hashed> hashed(List<Token> tokens) {
        return tokens.stream().map(Hashed::new).toList();
    }
}
