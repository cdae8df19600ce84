/** Columns over memory: the only thing that travels between modules. */
@NullMarked
package io.featuregrid.planner.batch;

import org.jspecify.annotations.NullMarked;
