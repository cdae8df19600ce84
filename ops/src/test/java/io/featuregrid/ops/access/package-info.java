@NullMarked
package io.featuregrid.ops.access;

import org.jspecify.annotations.NullMarked;
