/** The online store on an embedded Ignite node: one cache a set, one binary object a row, merged where the row lives. */
@NullMarked
package io.featuregrid.gridnode.store.ignite;

import org.jspecify.annotations.NullMarked;
