/** What every online store has to do, and the stores of this module held against it. */
@NullMarked
package io.featuregrid.gridnode.store;

import org.jspecify.annotations.NullMarked;
