/** Observations into history: stamps, runs, files, one commit. */
@NullMarked
package io.featuregrid.offline.write;

import org.jspecify.annotations.NullMarked;
