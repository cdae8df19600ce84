package io.featuregrid.ops.structure;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The rules of the house, for whatever lies below one root package: which module may know which, where a technology
 * may be named, what the planner keeps away from, and that packages form no cycle.
 *
 * <p>The root is a parameter so that planted breaches below another root meet the very same rules.
 */
final class ArchitectureRules {
    /** Every module, and the modules that it may know beside itself. */
    private static final Map<String, List<String>> KNOWN_MODULES = Map.of(
            "planner", List.of(),
            "offline", List.of("planner"),
            "gridnode", List.of("planner"),
            "flightserver", List.of("planner", "offline"),
            "ops", List.of("planner", "offline", "gridnode", "flightserver"));

    /** Every fenced technology, and the only package (with those below it) that may name it. */
    private static final Map<String, String> FENCES = Map.of(
            "org.apache.ignite..", "gridnode..",
            "com.hazelcast..", "gridnode..",
            "io.vertx..", "gridnode.serve..",
            "org.apache.arrow.flight..", "flightserver..",
            "org.apache.parquet..", "offline..",
            "org.apache.iceberg..", "offline..");

    private static final String[] NETWORK_AND_DISK = {
        "java.net..", "javax.net..", "java.nio.file..", "java.nio.channels.."
    };

    private final String root;

    ArchitectureRules(String root) {
        this.root = root;
    }

    /** All rules; each may be checked alone. */
    List<ArchRule> all() {
        List<ArchRule> rules = new ArrayList<>();
        rules.add(everyClassBelongsToAModule());
        KNOWN_MODULES.keySet().stream().sorted().forEach(module -> {
            rules.add(knowsOnlyItsModules(module));
            rules.add(packagesFormNoCycle(module));
        });
        FENCES.forEach((technology, home) -> rules.add(staysBehindItsFence(technology, home)));
        rules.add(plannerTouchesNoNetworkOrDisk());
        rules.add(plannerStartsNoThread());
        rules.add(plannerConvertsArrowInOnePlace());
        rules.add(opsPackagesMeetInNode());
        return rules;
    }

    private ArchRule everyClassBelongsToAModule() {
        String[] modules = KNOWN_MODULES.keySet().stream().map(this::below).toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(root + "..")
                .should()
                .resideInAnyPackage(modules)
                .as("every class belongs to one of the modules "
                        + KNOWN_MODULES.keySet().stream().sorted().toList());
    }

    private ArchRule knowsOnlyItsModules(String module) {
        List<String> known = KNOWN_MODULES.getOrDefault(module, List.of());
        String[] allowed = Stream.concat(Stream.of(module), known.stream())
                .map(this::below)
                .toArray(String[]::new);
        return noClasses()
                .that()
                .resideInAPackage(below(module))
                .should(ArchConditions.dependOnClassesThat(
                        resideInAPackage(root + "..").and(not(resideInAnyPackage(allowed)))))
                .as("of the modules, " + module + " knows only " + known)
                .allowEmptyShould(true);
    }

    private ArchRule staysBehindItsFence(String technology, String home) {
        return noClasses()
                .that()
                .resideInAPackage(root + "..")
                .and()
                .resideOutsideOfPackage(root + "." + home)
                .should()
                .dependOnClassesThat()
                .resideInAPackage(technology)
                .as(technology + " is named only in " + home)
                .allowEmptyShould(true);
    }

    private ArchRule plannerTouchesNoNetworkOrDisk() {
        DescribedPredicate<JavaClass> outside = resideInAnyPackage(NETWORK_AND_DISK)
                .or(DescribedPredicate.describe(
                        "open files", type -> type.getFullName().matches("java\\.io\\.(File.*|RandomAccessFile)")));
        return noClasses()
                .that()
                .resideInAPackage(below("planner"))
                .should(ArchConditions.dependOnClassesThat(outside))
                .as("planner touches neither network nor disk")
                .allowEmptyShould(true);
    }

    private ArchRule plannerStartsNoThread() {
        DescribedPredicate<JavaClass> ownThreads = DescribedPredicate.describe(
                "run threads of their own",
                type -> type.getFullName()
                        .matches("java\\.util\\.Timer|java\\.util\\.concurrent\\."
                                + "(Executors|ForkJoinPool|ThreadPoolExecutor|ScheduledThreadPoolExecutor)"));
        return noClasses()
                .that()
                .resideInAPackage(below("planner"))
                .should(ArchConditions.dependOnClassesThat(ownThreads))
                .orShould()
                .callConstructorWhere(DescribedPredicate.describe(
                        "a thread is made", call -> call.getTargetOwner().isEquivalentTo(Thread.class)))
                .orShould()
                .callMethodWhere(DescribedPredicate.describe(
                        "a thread is made",
                        call -> call.getTargetOwner().isEquivalentTo(Thread.class)
                                && call.getName().matches("start|startVirtualThread|ofVirtual|ofPlatform")))
                .as("planner uses threads only through an executor handed in")
                .allowEmptyShould(true);
    }

    private ArchRule plannerConvertsArrowInOnePlace() {
        return noClasses()
                .that()
                .resideInAPackage(below("planner"))
                .and()
                .resideOutsideOfPackage(below("planner.batch.arrow"))
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.arrow..")
                .as("planner names Arrow only in planner.batch.arrow")
                .allowEmptyShould(true);
    }

    /** Node joins everything; any other package of ops knows, of ops, itself and node. */
    private ArchRule opsPackagesMeetInNode() {
        DescribedPredicate<JavaClass> outsideNode = DescribedPredicate.describe(
                "reside in a package of ops other than node",
                type -> !opsPackage(type).isEmpty() && !opsPackage(type).equals("node"));
        return classes()
                .that(outsideNode)
                .should(new OnlyKnowThemselvesAndNode(this::opsPackage))
                .as("packages of ops know each other only through ops.node")
                .allowEmptyShould(true);
    }

    private ArchRule packagesFormNoCycle(String module) {
        String modulePackage = root + "." + module;
        return slices().assignedFrom(new SliceAssignment() {
                    @Override
                    public String getDescription() {
                        return "packages of " + module;
                    }

                    @Override
                    public SliceIdentifier getIdentifierOf(JavaClass type) {
                        String name = type.getPackageName();
                        return name.equals(modulePackage) || name.startsWith(modulePackage + ".")
                                ? SliceIdentifier.of(name)
                                : SliceIdentifier.ignore();
                    }
                })
                .should()
                .beFreeOfCycles()
                .as("packages of " + module + " form no cycle")
                .allowEmptyShould(true);
    }

    /** The name of the package directly below ops in which a class lies; empty for any other class. */
    private String opsPackage(JavaClass type) {
        String prefix = root + ".ops.";
        String name = type.getPackageName();
        return name.startsWith(prefix) ? name.substring(prefix.length()).split("\\.", 2)[0] : "";
    }

    private String below(String packageName) {
        return root + "." + packageName + "..";
    }
}
