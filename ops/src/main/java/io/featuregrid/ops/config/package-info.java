/** Typed settings of a node, read from defaults, a file and flags. */
@NullMarked
package io.featuregrid.ops.config;

import org.jspecify.annotations.NullMarked;
