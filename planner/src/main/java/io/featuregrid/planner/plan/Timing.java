package io.featuregrid.planner.plan;

/**
 * How one step of an answer went.
 *
 * @param step its name in the plan
 * @param nanos how long it took
 * @param rows how many rows or entities it was done for
 * @param place which node and partition they were read from; empty if there are many, or none
 */
public record Timing(String step, long nanos, int rows, String place) {}
