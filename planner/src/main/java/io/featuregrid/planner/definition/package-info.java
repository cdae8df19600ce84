/** What features are: sets, features, relations, and the immutable, versioned catalog that holds them; how a proposal becomes the next catalog. */
@NullMarked
package io.featuregrid.planner.definition;

import org.jspecify.annotations.NullMarked;
