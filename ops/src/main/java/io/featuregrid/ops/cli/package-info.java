/** The command line: every command of {@code bin/featuregrid}. */
@NullMarked
package io.featuregrid.ops.cli;

import org.jspecify.annotations.NullMarked;
