package io.featuregrid.gridnode.serve;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds on what is in work at once: requests, and bytes of bodies held in memory. Safe for use by several threads. */
final class Admission {
    /** So many bodies of the largest size may be held at once; as many small ones as there may be requests. */
    private static final long LARGEST_BODIES = 4;

    private final int maxRequests;
    private final Semaphore requests;
    private final long maxBytes;
    private final AtomicLong bytes = new AtomicLong();

    Admission(HttpSettings settings) {
        this.maxRequests = settings.maxConcurrentRequests();
        this.requests = new Semaphore(maxRequests);
        this.maxBytes = LARGEST_BODIES * settings.maxBodyBytes();
    }

    boolean enter() {
        return requests.tryAcquire();
    }

    void leave() {
        requests.release();
    }

    /** Takes memory for a part of a body, unless too much is held already. */
    boolean hold(int count) {
        if (bytes.addAndGet(count) > maxBytes) {
            bytes.addAndGet(-count);
            return false;
        }
        return true;
    }

    void drop(long count) {
        bytes.addAndGet(-count);
    }

    int maxRequests() {
        return maxRequests;
    }

    long maxBytes() {
        return maxBytes;
    }
}
