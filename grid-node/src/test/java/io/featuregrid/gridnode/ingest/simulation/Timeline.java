package io.featuregrid.gridnode.ingest.simulation;

import io.featuregrid.planner.execute.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs blocking code of many nodes so that one task at a time gets on, and a seed says which: at every step the running task hands over to
 * one that the random source picks. Time is virtual. A node that crashes takes its tasks with it, at the step where each of them is.
 */
final class Timeline implements Clock {
    private static final long LIMIT_OF_STEPS = 400_000;

    private final Random random;
    private final List<Task> tasks = new ArrayList<>();
    private final CountDownLatch over = new CountDownLatch(1);
    private final Runnable chaos;
    private @Nullable Task running;
    private @Nullable Throwable failure;
    private long now = 1_000_000_000L;
    private long steps;

    /** The end of a task whose node crashed: an Error, so that nothing but the task's own end catches it. */
    static final class Crash extends Error {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("the node crashed", null, false, false);
        }
    }

    /** Something that runs on a node. */
    final class Task {
        private final BooleanSupplier lives;
        private final Semaphore turn = new Semaphore(0);
        private BooleanSupplier ready = () -> true;
        private long wakes;
        private boolean ended;

        private Task(BooleanSupplier lives) {
            this.lives = lives;
        }

        /** Whether it ran to its end, or died. */
        boolean ended() {
            return ended;
        }

        private boolean mayRun() {
            return !lives.getAsBoolean() || (wakes <= now && ready.getAsBoolean());
        }
    }

    /**
     * A timeline at its start.
     *
     * @param chaos what may happen between two steps
     */
    Timeline(Random random, Runnable chaos) {
        this.random = random;
        this.chaos = chaos;
    }

    @Override
    public long nowMicros() {
        return now;
    }

    /** Starts a task that ends when its code does, or when what it lives on is gone. */
    Task start(BooleanSupplier lives, Runnable code) {
        Task task = new Task(lives);
        tasks.add(task);
        Thread.ofVirtual().start(() -> {
            task.turn.acquireUninterruptibly();
            try {
                checkAlive(task);
                code.run();
            } catch (Crash expected) {
                // Its node is gone, and so is the task.
            } catch (Throwable unexpected) {
                failure = failure == null ? unexpected : failure;
            }
            task.ended = true;
            tasks.remove(task);
            handOver();
        });
        return task;
    }

    long steps() {
        return steps;
    }

    /** Lets others get on, or not. */
    void step() {
        await(() -> true);
    }

    /** Lets others get on until something is so. */
    void await(BooleanSupplier condition) {
        Task task = current();
        task.ready = condition;
        yieldTurn(task);
        task.ready = () -> true;
        checkAlive(task);
    }

    void pause(Duration length) {
        Task task = current();
        task.wakes = now + length.toNanos() / 1_000;
        yieldTurn(task);
        checkAlive(task);
    }

    /** Runs until no task is left, on the calling thread's time. */
    void run() {
        handOver();
        try {
            over.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
        if (failure != null) {
            throw new AssertionError("a task failed after " + steps + " steps", failure);
        }
    }

    private Task current() {
        if (running == null) {
            throw new IllegalStateException("no task is running");
        }
        return running;
    }

    private static void checkAlive(Task task) {
        if (!task.lives.getAsBoolean()) {
            throw new Crash();
        }
    }

    private void yieldTurn(Task task) {
        Task next = pick();
        if (next != task) {
            if (next != null) {
                next.turn.release();
            }
            task.turn.acquireUninterruptibly();
        }
    }

    private void handOver() {
        Task next = pick();
        if (next != null) {
            next.turn.release();
        }
    }

    private @Nullable Task pick() {
        steps++;
        now += random.nextInt(300);
        if (failure == null && steps > LIMIT_OF_STEPS) {
            failure = new AssertionError("no end after " + steps + " steps");
        }
        if (failure == null) {
            chaos.run();
        }
        if (tasks.isEmpty() || failure != null) {
            // What is left of the tasks stays parked for ever, and is collected.
            over.countDown();
            return null;
        }
        List<Task> able = new ArrayList<>();
        for (Task task : tasks) {
            if (task.mayRun()) {
                able.add(task);
            }
        }
        if (able.isEmpty()) {
            long earliest = tasks.stream()
                    .filter(task -> task.ready.getAsBoolean())
                    .mapToLong(task -> task.wakes)
                    .min()
                    .orElse(now);
            boolean stuck = earliest <= now;
            now = stuck ? now + 1_000 : earliest;
            return pick();
        }
        running = able.get(random.nextInt(able.size()));
        return running;
    }
}
