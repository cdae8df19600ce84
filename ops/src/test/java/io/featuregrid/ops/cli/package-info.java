@NullMarked
package io.featuregrid.ops.cli;

import org.jspecify.annotations.NullMarked;
