/** Arrow Flight: training sets, bulk reads and bulk writes on one port. */
@NullMarked
package io.featuregrid.flightserver;

import org.jspecify.annotations.NullMarked;
