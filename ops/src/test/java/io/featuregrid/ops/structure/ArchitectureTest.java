package io.featuregrid.ops.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.EvaluationResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final String ROOT = "io.featuregrid";
    private static final String PLANTED_ROOT = ArchitectureTest.class.getPackageName() + ".planted";
    private static final Pattern PLANTED_CLASS =
            Pattern.compile("<" + Pattern.quote(PLANTED_ROOT) + "\\.([a-z.]+\\.[A-Z]\\w*)");
    private static final Pattern PACKAGE_IN_DOCUMENT =
            Pattern.compile("`((?:planner|offline|gridnode|flightserver|ops)(?:\\.[a-z]+)+)`|^\\| `([a-z]+)` \\|");
    private static final int DOCUMENT_LINES = 140;

    @Test
    void theHouseKeepsItsRules() {
        JavaClasses classes = house();

        assertThat(new ArchitectureRules(ROOT)
                        .all().stream()
                                .map(rule -> rule.evaluate(classes))
                                .filter(EvaluationResult::hasViolation)
                                .map(result -> result.getFailureReport().toString()))
                .isEmpty();
    }

    /** The control: the rules find the classes that were written to break them, and nothing else beside them. */
    @Test
    void theRulesFindWhatWasPlanted() {
        JavaClasses classes = new ClassFileImporter().importPackages(PLANTED_ROOT);
        Map<String, List<String>> culprits = new TreeMap<>();
        for (ArchRule rule : new ArchitectureRules(PLANTED_ROOT).all()) {
            List<String> found = culprits(rule.evaluate(classes));
            if (!found.isEmpty()) {
                culprits.put(rule.getDescription(), found);
            }
        }

        String planner = "planner.definition.EverythingForbidden";
        assertThat(culprits)
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry(
                                "every class belongs to one of the modules [flightserver, gridnode, offline, ops, planner]",
                                List.of("stray.Homeless")),
                        Map.entry("of the modules, planner knows only []", List.of(planner)),
                        Map.entry("of the modules, offline knows only [planner]", List.of("offline.join.Join")),
                        Map.entry("of the modules, gridnode knows only [planner]", List.of("gridnode.store.Store")),
                        Map.entry(
                                "of the modules, flightserver knows only [planner, offline]",
                                List.of("flightserver.stream.Stream")),
                        Map.entry(
                                "of the modules, ops knows only [planner, offline, gridnode, flightserver]",
                                List.of("ops.cli.Command")),
                        Map.entry(
                                "packages of planner form no cycle",
                                List.of("planner.first.First", "planner.second.Second")),
                        Map.entry("io.vertx.. is named only in gridnode.serve..", List.of("gridnode.store.Store")),
                        Map.entry("org.apache.parquet.. is named only in offline..", List.of("gridnode.store.Store")),
                        Map.entry("org.apache.iceberg.. is named only in offline..", List.of("gridnode.store.Store")),
                        Map.entry(
                                "org.apache.arrow.flight.. is named only in flightserver..",
                                List.of("ops.cli.Command")),
                        Map.entry("org.apache.ignite.. is named only in gridnode..", List.of("ops.cli.Command")),
                        Map.entry("planner touches neither network nor disk", List.of(planner)),
                        Map.entry("planner uses threads only through an executor handed in", List.of(planner)),
                        Map.entry("planner names Arrow only in planner.batch.arrow", List.of(planner)),
                        Map.entry(
                                "packages of ops know each other only through ops.node", List.of("ops.cli.Command"))));
    }

    @Test
    void theDocumentIsShortAndNamesEveryPackage() throws IOException {
        Path document = SourceTree.root().resolve("ARCHITECTURE.md");
        assertThat(document).as("the document of the architecture").exists();
        List<String> lines = Files.readAllLines(document);
        Set<String> named = new TreeSet<>();
        lines.forEach(line -> PACKAGE_IN_DOCUMENT
                .matcher(line)
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .forEach(named::add));

        assertThat(lines).as("lines of " + document).hasSizeLessThanOrEqualTo(DOCUMENT_LINES);
        assertThat(named)
                .as("packages that " + document + " names in backticks, without " + ROOT + ".")
                .containsExactlyInAnyOrderElementsOf(packagesOf(house()));
    }

    private static JavaClasses house() {
        return new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(ROOT);
    }

    /** Packages that hold a class of their own, without the root package's name. */
    private static Set<String> packagesOf(JavaClasses classes) {
        Set<String> packages = new TreeSet<>();
        classes.stream()
                .filter(type -> !type.getSimpleName().equals("package-info"))
                .forEach(type -> packages.add(type.getPackageName().substring(ROOT.length() + 1)));
        return packages;
    }

    /** The planted classes that a result blames: in a line of a report the first class named is the one at fault. */
    private static List<String> culprits(EvaluationResult result) {
        return result.getFailureReport().getDetails().stream()
                .flatMap(String::lines)
                .flatMap(line -> PLANTED_CLASS.matcher(line).results().limit(1))
                .map((MatchResult found) -> found.group(1))
                .distinct()
                .sorted()
                .toList();
    }
}
