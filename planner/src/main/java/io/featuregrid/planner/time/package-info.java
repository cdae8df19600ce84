/** Time and durations as FeatureGrid reads and writes them: microseconds since the epoch, UTC. */
@NullMarked
package io.featuregrid.planner.time;

import org.jspecify.annotations.NullMarked;
