/** History into the online store: a set as of one time, bucket by bucket, resumed after a crash. */
@NullMarked
package io.featuregrid.offline.load;

import org.jspecify.annotations.NullMarked;
