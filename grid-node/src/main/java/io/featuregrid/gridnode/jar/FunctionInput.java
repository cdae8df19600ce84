package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.definition.FeatureType;

/**
 * What is passed to a parameter.
 *
 * @param name of the feature, quoted, for messages
 * @param nullable whether null is passed too
 */
public record FunctionInput(String name, FeatureType type, boolean nullable) {}
