@NullMarked
package io.featuregrid.gridnode.ingest;

import org.jspecify.annotations.NullMarked;
