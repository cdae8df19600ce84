/** What the tests of history share: batches whose memory is watched, a driver, a naive oracle, and seeded generators of small worlds. */
@NullMarked
package io.featuregrid.offline.world;

import org.jspecify.annotations.NullMarked;
