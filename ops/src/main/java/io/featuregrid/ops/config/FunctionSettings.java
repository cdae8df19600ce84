package io.featuregrid.ops.config;

/**
 * How functions are run.
 *
 * @param python the command of workers; empty for whatever Python is found
 * @param workers Python processes at once
 * @param workerBytes the address space of each
 * @param timeoutMicros of a call of a function that declares none
 */
public record FunctionSettings(String python, int workers, long workerBytes, long timeoutMicros) {}
