package io.featuregrid.gridnode.jar;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.featuregrid.planner.function.OnlineFunction;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.classfile.Annotation;
import java.lang.classfile.ClassFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** Finds the annotated methods of a jar. No class of it is loaded. */
final class JarScanner {
    private static final byte[] ANNOTATION =
            OnlineFunction.class.descriptorString().getBytes(StandardCharsets.UTF_8);
    private static final String CLASS = ".class";
    private static final long MOST_BYTES = 256L << 20;

    private final String artifact;
    private final List<Found> resolvers = new ArrayList<>();
    private final List<Mistake> mistakes = new ArrayList<>();

    private JarScanner(String artifact) {
        this.artifact = artifact;
    }

    /** What a jar holds; where there is a mistake, the method is not among the resolvers. */
    record Scan(List<Found> resolvers, List<Mistake> mistakes) {}

    /**
     * One function.
     *
     * @param place {@code com.example.Scores.score}
     * @param resolver the object that a proposal has for it
     */
    record Found(String place, ObjectNode resolver) {}

    /**
     * What is wrong.
     *
     * @param text with {@code class.method} in front, or the file of the class
     * @param resolver the function concerned; null if there is none
     */
    record Mistake(String text, @Nullable String resolver) {
        Mistake(String text) {
            this(text, null);
        }
    }

    /** The functions of a jar, those of one class in their order there. */
    static Scan scan(byte[] jar, String artifact) {
        JarScanner scanner = new JarScanner(artifact);
        List<AnnotatedMethod> methods;
        try {
            methods = scanner.methods(jar);
        } catch (IOException unreadable) {
            return new Scan(List.of(), List.of(new Mistake("it cannot be read: " + unreadable.getMessage())));
        }
        Set<String> places = new HashSet<>();
        for (AnnotatedMethod method : methods) {
            if (!places.add(method.place())) {
                scanner.refuse(method, "is annotated twice with different parameters (expected different names)");
                continue;
            }
            scanner.add(method);
        }
        if (methods.isEmpty() && scanner.mistakes.isEmpty()) {
            scanner.mistakes.add(
                    new Mistake("no method in it is annotated with @OnlineFunction (expected at least one)"));
        }
        return new Scan(List.copyOf(scanner.resolvers), List.copyOf(scanner.mistakes));
    }

    /** An annotated method of a class file; empty if there is none of that name. */
    static Optional<AnnotatedMethod> method(byte[] classFile, String name) {
        return AnnotatedMethod.of(ClassFile.of().parse(classFile)).stream()
                .filter(method -> method.name().equals(name))
                .findFirst();
    }

    private List<AnnotatedMethod> methods(byte[] jar) throws IOException {
        List<AnnotatedMethod> methods = new ArrayList<>();
        long left = MOST_BYTES;
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                byte[] content = zip.readNBytes((int) Math.min(left + 1, Integer.MAX_VALUE - 8));
                left -= content.length;
                if (left < 0) {
                    throw new IOException("it holds more than " + MOST_BYTES + " bytes");
                }
                String name = entry.getName();
                // Below META-INF lie classes for other versions of Java.
                if (name.endsWith(CLASS) && !name.startsWith("META-INF/") && holdsAnnotation(content)) {
                    methods.addAll(methods(name, content));
                }
            }
        }
        return methods;
    }

    private List<AnnotatedMethod> methods(String entry, byte[] classFile) {
        try {
            List<AnnotatedMethod> methods = AnnotatedMethod.of(ClassFile.of().parse(classFile));
            String type = entry.substring(0, entry.length() - CLASS.length()).replace('/', '.');
            if (methods.stream().allMatch(method -> method.type().equals(type))) {
                return methods;
            }
            mistakes.add(new Mistake(
                    entry + " holds another class, " + methods.getFirst().type()));
        } catch (IllegalArgumentException malformed) {
            mistakes.add(new Mistake(entry + " is no class file of a known version: " + malformed.getMessage()));
        }
        return List.of();
    }

    /** Most classes of a jar have no annotation of ours: to see that costs less than to read them. */
    private static boolean holdsAnnotation(byte[] classFile) {
        int last = classFile.length - ANNOTATION.length;
        for (int at = 0; at <= last; at++) {
            int length = 0;
            while (length < ANNOTATION.length && classFile[at + length] == ANNOTATION[length]) {
                length++;
            }
            if (length == ANNOTATION.length) {
                return true;
            }
        }
        return false;
    }

    private void add(AnnotatedMethod method) {
        int before = mistakes.size();
        ObjectNode resolver = JsonNodeFactory.instance.objectNode().put("name", method.resolver());
        Annotation function = method.function();
        if (!method.isStatic()) {
            refuse(method, "is not static (expected a static method)");
        }
        if (!JavaTypes.isResult(method.result())) {
            refuse(method, "gives " + JavaTypes.text(method.result()) + " (expected " + JavaTypes.RESULTS + ")");
        }
        addInputs(method, resolver);
        addOutputs(method, resolver);
        AnnotatedMethod.texts(function, "tags").forEach(resolver.putArray("tags")::add);
        long timeout = AnnotatedMethod.number(function, "timeoutMillis");
        if (timeout < 0) {
            refuse(method, "has timeoutMillis " + timeout + " (expected 0 or more)");
        } else if (timeout > 0) {
            resolver.put("timeout_us", Math.min(timeout, Long.MAX_VALUE / 1_000) * 1_000);
        }
        resolver.put("store_offline", AnnotatedMethod.flag(function, "storeOffline", true));
        for (String word : List.of("owner", "description")) {
            String text = AnnotatedMethod.text(function, word);
            if (!text.isEmpty()) {
                resolver.put(word, text);
            }
        }
        resolver.putObject("method")
                .put("artifact", artifact)
                .put("class", method.type())
                .put("name", method.name());
        if (mistakes.size() == before) {
            resolvers.add(new Found(method.place(), resolver));
        }
    }

    private void addInputs(AnnotatedMethod method, ObjectNode resolver) {
        ArrayNode inputs = resolver.putArray("inputs");
        for (int index = 0; index < method.parameters().size(); index++) {
            String parameter = "parameter " + (index + 1);
            Optional<Annotation> input = method.input(index);
            if (input.isPresent() == method.isNow(index)) {
                refuse(
                        method,
                        parameter + " is annotated with "
                                + (input.isPresent() ? "both @Input and @Now" : "neither @Input nor @Now")
                                + " (expected one of them)");
                continue;
            }
            if (!JavaTypes.isParameter(method.parameters().get(index))) {
                refuse(
                        method,
                        parameter + " is " + JavaTypes.text(method.parameters().get(index)) + " (expected "
                                + JavaTypes.PARAMETERS + ")");
            }
            if (input.isEmpty()) {
                inputs.addObject().put("now", true);
            } else {
                inputs.addObject()
                        .put("feature", AnnotatedMethod.text(input.get(), "value"))
                        .put("optional", AnnotatedMethod.flag(input.get(), "optional", false));
            }
        }
    }

    private void addOutputs(AnnotatedMethod method, ObjectNode resolver) {
        List<String> outputs = AnnotatedMethod.texts(method.function(), "outputs");
        Set<String> sets = new HashSet<>();
        ArrayNode names = resolver.putArray("outputs");
        for (String output : outputs) {
            int dot = output.indexOf('.');
            if (dot <= 0 || dot != output.lastIndexOf('.') || dot == output.length() - 1) {
                refuse(method, "gives '" + output + "' (expected a feature as set.feature)");
                return;
            }
            sets.add(output.substring(0, dot));
            names.add(output.substring(dot + 1));
        }
        if (sets.size() != 1) {
            refuse(
                    method,
                    outputs.isEmpty()
                            ? "gives no feature (expected outputs = {\"set.feature\"})"
                            : "gives features of several sets, " + outputs + " (expected those of one)");
            return;
        }
        resolver.put("set", sets.iterator().next());
    }

    private void refuse(AnnotatedMethod method, String text) {
        mistakes.add(new Mistake(method.place() + ": " + text, method.resolver()));
    }
}
