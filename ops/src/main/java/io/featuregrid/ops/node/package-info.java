/** The composition root: a node's start, its files, its stop, and how others find it. */
@NullMarked
package io.featuregrid.ops.node;

import org.jspecify.annotations.NullMarked;
