/** History: what was once observed, kept as Parquet in Iceberg tables. */
@NullMarked
package io.featuregrid.offline;

import org.jspecify.annotations.NullMarked;
