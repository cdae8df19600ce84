@NullMarked
package io.featuregrid.gridnode.serve;

import org.jspecify.annotations.NullMarked;
