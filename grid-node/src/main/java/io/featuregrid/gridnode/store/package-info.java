/** What the rows of the online store are, whichever grid holds them: stamps and their bytes, the merge, the forms of stored values. */
@NullMarked
package io.featuregrid.gridnode.store;

import org.jspecify.annotations.NullMarked;
