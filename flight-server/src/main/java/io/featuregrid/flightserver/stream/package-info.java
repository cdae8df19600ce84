/** Batches in and batches out: spines, training sets, observations, histories. */
@NullMarked
package io.featuregrid.flightserver.stream;

import org.jspecify.annotations.NullMarked;
