package io.featuregrid.gridnode.serve;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ConnectionsTest {
    private final Connections<String> connections = new Connections<>(2);

    @Test
    void theOneIdleLongestMakesRoom() {
        assertThat(connections.opened("a")).isEmpty();
        assertThat(connections.opened("b")).isEmpty();
        assertThat(connections.opened("c")).containsExactly("a");
        connections.works("b");
        connections.rests("b");
        assertThat(connections.opened("d")).containsExactly("c");
        assertThat(connections.count()).isEqualTo(2);
    }

    @Test
    void oneThatWorksStaysAndTheNewOneGoes() {
        connections.opened("a");
        connections.opened("b");
        connections.works("a");
        connections.works("b");
        connections.works("b");
        connections.rests("b");
        assertThat(connections.opened("c")).containsExactly("c");
        connections.rests("b");
        assertThat(connections.opened("d")).containsExactly("b");
    }

    @Test
    void oneThatIsClosedIsForgotten() {
        connections.opened("a");
        connections.works("a");
        connections.closed("a");
        connections.rests("a");
        assertThat(connections.count()).isZero();
        connections.opened("b");
        connections.opened("c");
        assertThat(connections.opened("d")).containsExactly("b");
    }
}
