package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.function.Input;
import io.featuregrid.planner.function.Now;
import io.featuregrid.planner.function.OnlineFunction;
import java.lang.classfile.Annotation;
import java.lang.classfile.AnnotationElement;
import java.lang.classfile.AnnotationValue;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.MethodSignature;
import java.lang.classfile.Signature;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A method with the annotation, as its class file states it.
 *
 * @param type the class's binary name
 * @param signature with type arguments where they are stated
 * @param inputs the annotations of each parameter
 */
record AnnotatedMethod(
        String type,
        String name,
        MethodTypeDesc descriptor,
        MethodSignature signature,
        boolean isStatic,
        Annotation function,
        List<List<Annotation>> inputs) {
    /** The types of the parameters. */
    List<Signature> parameters() {
        return signature.arguments();
    }

    Signature result() {
        return signature.result();
    }

    /** The annotated methods of a class, in their order there. */
    static List<AnnotatedMethod> of(ClassModel model) {
        String type = model.thisClass().asInternalName().replace('/', '.');
        List<AnnotatedMethod> found = new ArrayList<>();
        for (MethodModel method : model.methods()) {
            method.findAttribute(Attributes.runtimeVisibleAnnotations())
                    .flatMap(visible -> annotation(visible.annotations(), OnlineFunction.class))
                    .ifPresent(function -> found.add(of(type, method, function)));
        }
        return found;
    }

    private static AnnotatedMethod of(String type, MethodModel method, Annotation function) {
        MethodTypeDesc descriptor = method.methodTypeSymbol();
        MethodSignature signature = method.findAttribute(Attributes.signature())
                .map(generic -> generic.asMethodSignature())
                .orElseGet(() -> MethodSignature.of(descriptor));
        List<List<Annotation>> inputs = method.findAttribute(Attributes.runtimeVisibleParameterAnnotations())
                .map(visible -> visible.parameterAnnotations())
                .orElseGet(List::of);
        return new AnnotatedMethod(
                type,
                method.methodName().stringValue(),
                descriptor,
                signature,
                method.flags().has(AccessFlag.STATIC),
                function,
                inputs);
    }

    /** {@code com.example.Scores.score}. */
    String place() {
        return type + "." + name;
    }

    /** The name by which the catalog knows the function. */
    String resolver() {
        String stated = text(function, "name");
        return stated.isEmpty() ? name : stated;
    }

    Optional<Annotation> input(int parameter) {
        return parameter < inputs.size() ? annotation(inputs.get(parameter), Input.class) : Optional.empty();
    }

    boolean isNow(int parameter) {
        return parameter < inputs.size()
                && annotation(inputs.get(parameter), Now.class).isPresent();
    }

    /** A text of an annotation; empty if it is not stated. */
    static String text(Annotation annotation, String element) {
        return value(annotation, element).orElse(null) instanceof AnnotationValue.OfString text
                ? text.stringValue()
                : "";
    }

    /** The texts of an array of an annotation; none if it is not stated. */
    static List<String> texts(Annotation annotation, String element) {
        List<String> texts = new ArrayList<>();
        if (value(annotation, element).orElse(null) instanceof AnnotationValue.OfArray array) {
            for (AnnotationValue each : array.values()) {
                if (each instanceof AnnotationValue.OfString text) {
                    texts.add(text.stringValue());
                }
            }
        }
        return texts;
    }

    static boolean flag(Annotation annotation, String element, boolean otherwise) {
        return value(annotation, element).orElse(null) instanceof AnnotationValue.OfBoolean flag
                ? flag.booleanValue()
                : otherwise;
    }

    static long number(Annotation annotation, String element) {
        return value(annotation, element).orElse(null) instanceof AnnotationValue.OfLong number
                ? number.longValue()
                : 0;
    }

    private static Optional<AnnotationValue> value(Annotation annotation, String element) {
        return annotation.elements().stream()
                .filter(each -> each.name().equalsString(element))
                .map(AnnotationElement::value)
                .findFirst();
    }

    private static Optional<Annotation> annotation(List<Annotation> annotations, Class<?> wanted) {
        return annotations.stream()
                .filter(each -> each.className().equalsString(wanted.descriptorString()))
                .findFirst();
    }
}
