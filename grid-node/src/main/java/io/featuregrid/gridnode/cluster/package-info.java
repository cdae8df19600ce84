/** The grid that a node is part of: its start and end, its numbers, the catalog and the erasures that all nodes share, and who may read. */
@NullMarked
package io.featuregrid.gridnode.cluster;

import org.jspecify.annotations.NullMarked;
