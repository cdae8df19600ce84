/** What a jar's methods say of themselves so that features are computed by them. A jar is compiled against this package and no other of ours. */
@NullMarked
package io.featuregrid.planner.function;

import org.jspecify.annotations.NullMarked;
