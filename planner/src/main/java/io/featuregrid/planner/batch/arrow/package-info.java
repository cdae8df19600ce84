/** The one place where columns meet Arrow vectors. */
@NullMarked
package io.featuregrid.planner.batch.arrow;

import org.jspecify.annotations.NullMarked;
