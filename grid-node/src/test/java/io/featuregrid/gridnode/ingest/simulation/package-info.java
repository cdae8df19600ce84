/** Several nodes of the observation log in one thread of time: seeded delays, moves and crashes at every step, against a naive oracle. */
@NullMarked
package io.featuregrid.gridnode.ingest.simulation;

import org.jspecify.annotations.NullMarked;
