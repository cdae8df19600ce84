/** Work in several threads that is waited for. */
@NullMarked
package io.featuregrid.offline.work;

import org.jspecify.annotations.NullMarked;
