package io.featuregrid.ops.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class NodeLaunchTest {
    private final Properties properties = new Properties();

    @Test
    void aRuleIsBrokenForChecksOnly() {
        properties.setProperty("featuregrid.break", "log");
        properties.setProperty("featuregrid.break.other", "x");
        properties.setProperty("featuregrid.seed", "1");

        assertThat(NodeLaunch.breaks(properties, Map.of("FEATUREGRID_CHECK", "")))
                .containsExactly(
                        "the JVM has the property featuregrid.break (expected none of the name: it breaks a rule on"
                                + " purpose, which is for checks only)",
                        "the JVM has the property featuregrid.break.other (expected none of the name: it breaks a rule"
                                + " on purpose, which is for checks only)");
        assertThat(NodeLaunch.breaks(properties, Map.of("FEATUREGRID_CHECK", "1")))
                .isEmpty();
    }

    @Test
    void nothingBrokenIsNoProblem() {
        properties.setProperty("featuregrid.seed", "1");

        assertThat(NodeLaunch.breaks(properties, Map.of())).isEmpty();
    }
}
