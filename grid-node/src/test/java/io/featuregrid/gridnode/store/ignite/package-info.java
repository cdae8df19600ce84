/** The online store on Ignite: real nodes in this process, on ports of their own choice. */
@NullMarked
package io.featuregrid.gridnode.store.ignite;

import org.jspecify.annotations.NullMarked;
