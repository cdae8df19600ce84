/** Java functions: the annotated methods of a jar, the class loader of each catalog version, and the threads that run them. */
@NullMarked
package io.featuregrid.gridnode.jar;

import org.jspecify.annotations.NullMarked;
