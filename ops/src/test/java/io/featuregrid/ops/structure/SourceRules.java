package io.featuregrid.ops.structure;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** How the Java sources may look, by size and by name; read with the compiler's own parser. */
final class SourceRules {
    static final int LINES_OF_A_FILE = 500;
    static final int LINES_OF_A_METHOD = 70;
    static final int PARAMETERS_OF_A_CONSTRUCTOR = 7;
    private static final Set<String> WORDS_NOT_FOR_PACKAGES = Set.of("util", "utils", "common", "impl", "manager");

    private SourceRules() {}

    /**
     * Lists what breaks a rule, one line each ({@code file:line: what}), in the order of the files.
     *
     * @param files the sources to read; none is fine
     * @throws IOException if a file cannot be read
     */
    static List<String> breaches(Collection<Path> files) throws IOException {
        List<String> breaches = new ArrayList<>();
        if (files.isEmpty()) {
            return breaches;
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
            JavacTask task = (JavacTask) compiler.getTask(
                    null, manager, null, List.of("-proc:none"), null, manager.getJavaFileObjectsFromPaths(files));
            SourcePositions positions = Trees.instance(task).getSourcePositions();
            for (CompilationUnitTree unit : task.parse()) {
                new Reader(unit, positions, breaches).scan(unit, null);
            }
        }
        return breaches;
    }

    private static final class Reader extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> breaches;

        Reader(CompilationUnitTree unit, SourcePositions positions, List<String> breaches) {
            this.unit = unit;
            this.positions = positions;
            this.breaches = breaches;
        }

        @Override
        public @Nullable Void visitCompilationUnit(CompilationUnitTree tree, @Nullable Void nothing) {
            long lines = lineOf(positions.getEndPosition(unit, tree));
            if (lines > LINES_OF_A_FILE) {
                breaches.add(where(1) + "the file has " + lines + " lines (at most " + LINES_OF_A_FILE + ")");
            }
            String packageName =
                    tree.getPackageName() == null ? "" : tree.getPackageName().toString();
            for (String word : packageName.split("\\.", -1)) {
                if (WORDS_NOT_FOR_PACKAGES.contains(word)) {
                    breaches.add(
                            where(1) + "package " + packageName + " is named '" + word + "' (name it after its step)");
                }
            }
            return super.visitCompilationUnit(tree, null);
        }

        @Override
        public @Nullable Void visitClass(ClassTree tree, @Nullable Void nothing) {
            String name = tree.getSimpleName().toString();
            if (name.endsWith("Impl") || name.endsWith("Manager")) {
                breaches.add(where(startOf(tree)) + "class " + name + " (name it after what it is)");
            }
            if (tree.getKind() == Tree.Kind.RECORD) {
                checkParameters("record " + name, startOf(tree), componentsOf(tree));
            }
            return super.visitClass(tree, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree tree, @Nullable Void nothing) {
            // The parser gives no positions to what the compiler adds, such as a record's accessors.
            long end = positions.getEndPosition(unit, tree);
            if (end < 0) {
                return null;
            }
            long start = startOf(tree);
            long lines = lineOf(end) - start + 1;
            String name = tree.getName() + "(...)";
            if (lines > LINES_OF_A_METHOD) {
                breaches.add(where(start) + name + " has " + lines + " lines (at most " + LINES_OF_A_METHOD + ")");
            }
            if (tree.getReturnType() == null) {
                checkParameters("constructor", start, tree.getParameters().size());
            }
            return super.visitMethod(tree, null);
        }

        private void checkParameters(String what, long line, int count) {
            if (count > PARAMETERS_OF_A_CONSTRUCTOR) {
                breaches.add(where(line) + what + " takes " + count + " parameters (at most "
                        + PARAMETERS_OF_A_CONSTRUCTOR + ")");
            }
        }

        /** A record can declare no other instance field than its components. */
        private static int componentsOf(ClassTree tree) {
            return (int) tree.getMembers().stream()
                    .filter(member -> member instanceof VariableTree field
                            && !field.getModifiers().getFlags().contains(Modifier.STATIC))
                    .count();
        }

        private long startOf(Tree tree) {
            return lineOf(positions.getStartPosition(unit, tree));
        }

        private long lineOf(long position) {
            return unit.getLineMap().getLineNumber(position);
        }

        private String where(long line) {
            return unit.getSourceFile().getName() + ":" + line + ": ";
        }
    }
}
