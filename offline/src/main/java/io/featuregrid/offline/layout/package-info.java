/** How history lies on disk: tables, columns, buckets, carry sets, keys. */
@NullMarked
package io.featuregrid.offline.layout;

import org.jspecify.annotations.NullMarked;
