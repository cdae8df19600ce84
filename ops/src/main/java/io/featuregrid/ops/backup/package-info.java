/** Backups: a folder that holds what one node's grid, catalog and history were at one moment, and homes made of it. */
@NullMarked
package io.featuregrid.ops.backup;

import org.jspecify.annotations.NullMarked;
