@NullMarked
package io.featuregrid.gridnode.cluster;

import org.jspecify.annotations.NullMarked;
