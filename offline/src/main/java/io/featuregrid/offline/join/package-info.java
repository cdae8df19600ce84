/** The point-in-time join: what was it then. */
@NullMarked
package io.featuregrid.offline.join;

import org.jspecify.annotations.NullMarked;
