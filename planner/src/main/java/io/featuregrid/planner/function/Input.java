package io.featuregrid.planner.function;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Binds a parameter of an {@link OnlineFunction} to a feature. */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Input {
    /** {@code set.feature}, or {@code set.relation.feature} of a related entity. */
    String value();

    /** Whether the method is also called, with null, when a feature that is never null has no value. */
    boolean optional() default false;
}
