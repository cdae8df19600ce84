package io.featuregrid.planner.execute;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.error.FeatureGridException;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who makes a call, as far as that matters: what it may do. Immutable; holds no token.
 *
 * @param roles what the caller's token allows; none for one without a token that counts
 */
public record Caller(Set<Role> roles, boolean named) {
    private static final String SCHEME = "bearer ";
    private static final String EXPECTED = " (expected the header 'Authorization: Bearer fg_...' with a token that"
            + " `featuregrid token create` gave, neither revoked nor expired)";

    public Caller {
        roles = Set.copyOf(roles);
    }

    /**
     * The caller who sent a header {@code Authorization}.
     *
     * @param authorization the header's value; null if it was not sent
     */
    public static Caller of(Access access, @Nullable String authorization) {
        boolean bearer = authorization != null && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return ofToken(
                access,
                bearer && authorization != null
                        ? authorization.substring(SCHEME.length()).strip()
                        : "");
    }

    /** The caller who sent a token; an empty text if none was sent. */
    public static Caller ofToken(Access access, String token) {
        return new Caller(access.roles(token), !token.isEmpty());
    }

    /**
     * Lets the caller go on.
     *
     * @param operation what is asked for, in words that follow "for"
     * @throws FeatureGridException UNAUTHENTICATED if there is no token that counts, UNAUTHORIZED if it has none of the roles
     */
    public void require(Allowed allowed, String operation) {
        if (allowed.everybody()) {
            return;
        }
        if (roles.isEmpty()) {
            throw new FeatureGridException(
                    ErrorCode.UNAUTHENTICATED,
                    (named ? "the token is not one that this node knows" : "there is no token") + EXPECTED);
        }
        if (allowed.roles().stream().noneMatch(roles::contains)) {
            throw new FeatureGridException(
                    ErrorCode.UNAUTHORIZED,
                    "the token has " + names(roles) + ", which is not enough for " + operation + " (expected "
                            + names(allowed.roles()) + ")");
        }
    }

    private static String names(Set<Role> roles) {
        return (roles.size() == 1 ? "the role " : "the roles ")
                + roles.stream().sorted().map(Role::text).collect(Collectors.joining(" or "));
    }
}
