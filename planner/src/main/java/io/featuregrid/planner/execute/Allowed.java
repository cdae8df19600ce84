package io.featuregrid.planner.execute;

import java.util.Set;

/**
 * Who may do something at a door. Whatever a door offers declares this where it is mounted.
 *
 * @param everybody whether no token is needed
 * @param roles of which a token has to have one
 */
public record Allowed(boolean everybody, Set<Role> roles) {
    /** Also who has no token: only for what tells nothing of the store. */
    public static final Allowed EVERYBODY = new Allowed(true, Set.of(Role.values()));

    /** Whoever has a token, whatever its roles. */
    public static final Allowed ANY_ROLE = new Allowed(false, Set.of(Role.values()));

    public Allowed {
        roles = Set.copyOf(roles);
        if (roles.isEmpty()) {
            throw new IllegalArgumentException("roles are none (expected at least one)");
        }
    }

    /** Who has at least one of these roles. */
    public static Allowed to(Role first, Role... others) {
        java.util.EnumSet<Role> roles = java.util.EnumSet.of(first, others);
        return new Allowed(false, roles);
    }
}
