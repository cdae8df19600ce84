package io.featuregrid.gridnode.serve;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ArrivalsTest {
    private final AtomicLong nanos = new AtomicLong();
    private final Arrivals arrivals = new Arrivals(2, 100, nanos::get);
    private final List<String> gaveWay = new ArrayList<>();
    private final Arrivals.Arrival first = () -> gaveWay.add("first");
    private final Arrivals.Arrival second = () -> gaveWay.add("second");
    private final Arrivals.Arrival third = () -> gaveWay.add("third");

    @Test
    void oneTooManyIsRefusedAsLongAsTheOthersHaveTheirTime() {
        assertThat(arrivals.begin(first)).isTrue();
        assertThat(arrivals.begin(second)).isTrue();
        nanos.set(1_999_999_999L);
        assertThat(arrivals.begin(third)).isFalse();
        assertThat(gaveWay).isEmpty();
        arrivals.end(second);
        assertThat(arrivals.begin(third)).isTrue();
    }

    @Test
    void whoSendsSlowlyGivesWayTheLongestFirst() {
        arrivals.begin(first);
        arrivals.begin(second);
        nanos.set(2_000_000_000L);
        assertThat(arrivals.begin(third)).isTrue();
        assertThat(gaveWay).containsExactly("first");
    }

    @Test
    void whoHoldsTheMemoryGivesWayToo() {
        arrivals.begin(first);
        arrivals.begin(second);
        assertThat(arrivals.hold(first, 90)).isTrue();
        assertThat(arrivals.hold(second, 11)).isFalse();
        assertThat(arrivals.hold(second, 10)).isTrue();
        nanos.set(2_000_000_000L);
        assertThat(arrivals.hold(second, 11)).isTrue();
        assertThat(gaveWay).containsExactly("first");
        arrivals.drop(90);
        assertThat(arrivals.hold(second, 79)).isTrue();
        assertThat(arrivals.hold(second, 1)).isFalse();
    }

    @Test
    void nobodyGivesWayToItself() {
        arrivals.begin(first);
        nanos.set(2_000_000_000L);
        assertThat(arrivals.hold(first, 101)).isFalse();
        assertThat(gaveWay).isEmpty();
    }
}
