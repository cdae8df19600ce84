/** Small questions with small answers: the catalog, the plan of a training set. */
@NullMarked
package io.featuregrid.flightserver.action;

import org.jspecify.annotations.NullMarked;
