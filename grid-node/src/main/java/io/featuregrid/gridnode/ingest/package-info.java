/**
 * The observation log and its drain: what a write promises. Pure protocol over small ports; what a grid must offer for it stands in
 * {@link io.featuregrid.gridnode.ingest.LogGrid}.
 */
@NullMarked
package io.featuregrid.gridnode.ingest;

import org.jspecify.annotations.NullMarked;
