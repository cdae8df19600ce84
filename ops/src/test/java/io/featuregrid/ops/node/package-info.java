@NullMarked
package io.featuregrid.ops.node;

import org.jspecify.annotations.NullMarked;
