/** Python functions: a pool of processes that run them, the environments that they need, and the sources that they stand in. */
@NullMarked
package io.featuregrid.gridnode.python;

import org.jspecify.annotations.NullMarked;
