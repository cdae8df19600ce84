/** Ports that the modules meet at; the composition root joins them. */
@NullMarked
package io.featuregrid.planner.execute;

import org.jspecify.annotations.NullMarked;
