package io.featuregrid.ops.backup;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Which build this is. */
final class Build {
    private Build() {}

    static String version() {
        Properties properties = new Properties();
        try (InputStream stream =
                Build.class.getResourceAsStream("/META-INF/maven/io.featuregrid/ops/pom.properties")) {
            if (stream != null) {
                properties.load(stream);
            }
        } catch (IOException unknown) {
            return "unknown";
        }
        return properties.getProperty("version", "unknown");
    }
}
