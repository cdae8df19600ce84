/** The HTTP port of a node. Callers mount handlers of calls and replies; the HTTP library stays inside. */
@NullMarked
package io.featuregrid.gridnode.serve;

import org.jspecify.annotations.NullMarked;
