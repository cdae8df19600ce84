@NullMarked
package io.featuregrid.gridnode.jar;

import org.jspecify.annotations.NullMarked;
