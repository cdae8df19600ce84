/** The errors that every door of FeatureGrid answers with: codes, categories and the exception that carries them. */
@NullMarked
package io.featuregrid.planner.error;

import org.jspecify.annotations.NullMarked;
