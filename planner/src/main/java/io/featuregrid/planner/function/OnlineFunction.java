package io.featuregrid.planner.function;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A static method that computes features of one entity, a call an entity. It must be pure: the same arguments give the same result, whenever
 * and wherever it is called, by several threads at once.
 *
 * <p>Each parameter is an {@link Input} or {@link Now}. What a feature is in Java: int64 a {@code long} or Long, float64 a {@code double} or
 * Double, bool a {@code boolean} or Boolean, string and enum a String, timestamp an Instant, date a LocalDate, decimal a BigDecimal, binary
 * a {@code byte[]}, a list a List, a struct a Map by names, a vector a {@code float[]} or {@code double[]}. Null is null, so that a feature
 * that may be null needs a parameter of an object type.
 *
 * <p>The result is the feature's value; of several, a record with a component each or an {@code Object[]}, in the order of the outputs. A
 * struct may be a record too. It is converted to the feature's type where nothing is lost. What the method throws fails this entity only.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface OnlineFunction {
    /** The features that it gives, {@code set.feature} each, all of one set. */
    String[] outputs();

    /** By which the catalog knows it; empty for the method's own. */
    String name() default "";

    /** A query must have one of them; none: it may always be used. */
    String[] tags() default {};

    /** For one call with all its entities; 0 for the node's setting. */
    long timeoutMillis() default 0;

    /** Whether what it computes online is kept in the history. */
    boolean storeOffline() default true;

    /** Who answers for it; empty for nobody. */
    String owner() default "";

    /** What it computes, in words; empty for none. */
    String description() default "";
}
