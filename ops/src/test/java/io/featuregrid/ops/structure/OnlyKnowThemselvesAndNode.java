package io.featuregrid.ops.structure;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.function.Function;

/** Of the packages of ops, a class may depend on its own and on node. */
final class OnlyKnowThemselvesAndNode extends ArchCondition<JavaClass> {
    private final Function<JavaClass, String> opsPackage;

    /** @param opsPackage the package of ops in which a class lies, empty for classes outside of ops */
    OnlyKnowThemselvesAndNode(Function<JavaClass, String> opsPackage) {
        super("only know themselves and node");
        this.opsPackage = opsPackage;
    }

    @Override
    public void check(JavaClass type, ConditionEvents events) {
        String own = opsPackage.apply(type);
        type.getDirectDependenciesFromSelf().forEach(dependency -> {
            String other = opsPackage.apply(dependency.getTargetClass());
            boolean allowed = other.isEmpty() || other.equals(own) || other.equals("node");
            events.add(new SimpleConditionEvent(dependency, allowed, dependency.getDescription()));
        });
    }
}
