/** The observation log on an Ignite grid: its caches, who owns what, and messages between nodes. */
@NullMarked
package io.featuregrid.gridnode.ingest.ignite;

import org.jspecify.annotations.NullMarked;
