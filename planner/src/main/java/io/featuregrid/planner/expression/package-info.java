/** Functions of features as typed trees: their nodes, their JSON, their checks, and the interpreter that says what they mean. */
@NullMarked
package io.featuregrid.planner.expression;

import org.jspecify.annotations.NullMarked;
