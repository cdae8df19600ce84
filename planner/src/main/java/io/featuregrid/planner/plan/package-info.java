/** From a request to what has to be done: training sets, observations to ingest. */
@NullMarked
package io.featuregrid.planner.plan;

import org.jspecify.annotations.NullMarked;
