package io.featuregrid.offline.layout;

import java.nio.file.Path;

/** The one form in which local places are written into tables: {@code file://} and the absolute path, nothing escaped. */
public final class Locations {
    private static final String SCHEME = "file://";

    private Locations() {}

    public static String of(Path path) {
        return SCHEME + path.toAbsolutePath().normalize();
    }

    /** The path of a location in that form, or in the shorter {@code file:/} of other writers, or of a bare path. */
    public static Path path(String location) {
        if (location.startsWith(SCHEME)) {
            return Path.of(location.substring(SCHEME.length()));
        }
        return Path.of(location.startsWith("file:") ? location.substring("file:".length()) : location);
    }
}
