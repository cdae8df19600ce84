/** What a node measures of itself, for those who watch it. */
@NullMarked
package io.featuregrid.ops.monitor;

import org.jspecify.annotations.NullMarked;
