package io.featuregrid.offline.world;

import io.featuregrid.planner.execute.Clock;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that stands still until it is set. */
public final class SettableClock implements Clock {
    private final AtomicLong micros;

    public SettableClock(long micros) {
        this.micros = new AtomicLong(micros);
    }

    public void set(long now) {
        micros.set(now);
    }

    @Override
    public long nowMicros() {
        return micros.get();
    }
}
