package io.featuregrid.gridnode.serve;

import java.net.URI;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Keeps pages of other sites away from a port that trusts everyone on this machine: a browser sends what such a page
 * asks for, and states the page's origin.
 */
final class Origins {
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127(?:\\.\\d{1,3}){3}|\\[::1]");

    private Origins() {}

    /** Whether a request with this origin comes from a page of this machine, or from no page at all. */
    static boolean isTrusted(@Nullable String origin) {
        if (origin == null) {
            return true;
        }
        try {
            String host = URI.create(origin).getHost();
            return host != null && LOOPBACK.matcher(host).matches();
        } catch (IllegalArgumentException malformed) {
            return false;
        }
    }
}
