package io.featuregrid.gridnode.serve;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/** Bounds on what is in work at once: requests, and bytes of replies that their readers have not taken yet. Safe for use by several threads. */
final class Admission {
    /** So much may wait for slow readers, whatever the largest request: 8 of the largest answers that are usual. */
    private static final long MOST_REPLY_BYTES = 128L << 20;

    /** A reply up to this size is always sent: one that says why another was not must be. */
    private static final int SMALL = 4 << 10;

    private final int maxRequests;
    private final Semaphore requests;
    private final AtomicLong replyBytes = new AtomicLong();

    Admission(HttpSettings settings) {
        this.maxRequests = settings.maxConcurrentRequests();
        this.requests = new Semaphore(maxRequests);
    }

    boolean enter() {
        return requests.tryAcquire();
    }

    void leave() {
        requests.release();
    }

    int inWork() {
        return maxRequests - requests.availablePermits();
    }

    /** Takes memory for a reply on its way, unless slow readers hold too much; one reply alone may be of any size. */
    boolean holdReply(int count) {
        long held = replyBytes.addAndGet(count);
        if (count > SMALL && held > MOST_REPLY_BYTES && held > count) {
            replyBytes.addAndGet(-count);
            return false;
        }
        return true;
    }

    void dropReply(int count) {
        replyBytes.addAndGet(-count);
    }

    int maxRequests() {
        return maxRequests;
    }

    long maxReplyBytes() {
        return MOST_REPLY_BYTES;
    }
}
