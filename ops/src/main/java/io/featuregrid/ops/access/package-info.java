/** Tokens: made, kept as hashes in a file, and looked up by the doors. */
@NullMarked
package io.featuregrid.ops.access;

import org.jspecify.annotations.NullMarked;
