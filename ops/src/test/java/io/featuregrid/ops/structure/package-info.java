/** What the source tree as a whole must keep to: the house's dependencies, and how the code reads. */
@NullMarked
package io.featuregrid.ops.structure;

import org.jspecify.annotations.NullMarked;
