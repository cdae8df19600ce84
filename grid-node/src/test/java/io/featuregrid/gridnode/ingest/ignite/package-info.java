@NullMarked
package io.featuregrid.gridnode.ingest.ignite;

import org.jspecify.annotations.NullMarked;
