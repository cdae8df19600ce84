package io.featuregrid.planner.execute;

import java.util.Set;

/**
 * Knows what a token allows. Implementations are safe for use by several threads and quick: doors ask for each call.
 */
public interface Access {
    /** Lets everybody do everything: for doors that only this machine reaches. */
    Access OPEN = new Access() {
        @Override
        public boolean asks() {
            return false;
        }

        @Override
        public Set<Role> roles(String token) {
            return Set.of(Role.values());
        }
    };

    /** Whether a call needs a token at all. */
    boolean asks();

    /**
     * What a token allows now; nothing if it is unknown, revoked or expired. How long this takes tells nothing of tokens that exist.
     *
     * @param token as it was sent, any text; empty if none was
     */
    Set<Role> roles(String token);
}
