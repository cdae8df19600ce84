package io.featuregrid.ops.access;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import io.featuregrid.planner.execute.Clock;
import io.featuregrid.planner.execute.Role;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes, lists and revokes the tokens of a file. Nodes that use the file need not be told. */
public final class Tokens {
    private final Path file;
    private final Clock clock;
    private final SecureRandom random;

    public Tokens(Path file, Clock clock, SecureRandom random) {
        this.file = file;
        this.clock = clock;
        this.random = random;
    }

    /**
     * Makes a token.
     *
     * @param lifeMicros how long it counts; null for ever
     * @throws FeatureGridException INTERNAL_SERVER_ERROR if the file cannot be written, and nothing is made then
     */
    public Token.Made create(String name, Set<Role> roles, @Nullable Long lifeMicros) {
        long now = clock.nowMicros();
        Token.Made made = Token.make(name, roles, now, lifeMicros == null ? null : (Long) (now + lifeMicros), random);
        change(tokens -> {
            tokens.add(made.token());
            return true;
        });
        return made;
    }

    /**
     * The tokens, oldest first, expired ones too.
     *
     * @throws FeatureGridException INTERNAL_SERVER_ERROR if the file cannot be read
     */
    public List<Token> list() {
        try {
            return TokenFile.read(file);
        } catch (IOException failure) {
            throw unusable(failure);
        }
    }

    /**
     * Makes a token count for nothing, for ever.
     *
     * @throws FeatureGridException INVALID_QUERY if there is none with this id
     */
    public Token revoke(String id) {
        List<Token> revoked = new ArrayList<>();
        change(tokens -> {
            tokens.stream().filter(token -> token.id().equals(id)).forEach(revoked::add);
            return tokens.removeAll(revoked);
        });
        if (revoked.isEmpty()) {
            throw new FeatureGridException(
                    ErrorCode.INVALID_QUERY,
                    "there is no token with the id given in " + file + " (expected an id that `featuregrid token list`"
                            + " tells, which is not the token itself)");
        }
        return revoked.getFirst();
    }

    private interface Change {
        boolean make(List<Token> tokens);
    }

    private void change(Change change) {
        try {
            TokenFile.change(file, tokens -> {
                List<Token> next = new ArrayList<>(tokens);
                return change.make(next) ? next : tokens;
            });
        } catch (IOException failure) {
            throw unusable(failure);
        }
    }

    private FeatureGridException unusable(IOException failure) {
        return new FeatureGridException(
                ErrorCode.INTERNAL_SERVER_ERROR,
                "the tokens in " + file + " cannot be read or changed: " + failure.getMessage(),
                failure);
    }
}
