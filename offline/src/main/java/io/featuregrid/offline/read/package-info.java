/** Files of history as columns, in pieces of bounded size. */
@NullMarked
package io.featuregrid.offline.read;

import org.jspecify.annotations.NullMarked;
