@NullMarked
package io.featuregrid.ops.config;

import org.jspecify.annotations.NullMarked;
