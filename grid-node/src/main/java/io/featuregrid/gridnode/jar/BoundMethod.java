package io.featuregrid.gridnode.jar;

import io.featuregrid.planner.batch.Column;
import io.featuregrid.planner.definition.Feature;
import io.featuregrid.planner.definition.FeatureType;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A method of a loaded class, joined with what reads its arguments. Safe for use by several threads. */
final class BoundMethod {
    private final MethodHandle handle;
    private final int[] primitives;

    private BoundMethod(MethodHandle handle, int[] primitives) {
        this.handle = handle;
        this.primitives = primitives;
    }

    /**
     * Joins a method with the types of a resolver's features.
     *
     * @param inputs of each parameter
     * @param outputs a feature for each output
     * @param loader that has the class
     * @throws IllegalArgumentException what does not fit, beginning with {@code parameter 2 ...} or {@code its result ...}
     * @throws ReflectiveOperationException if the method cannot be found
     * @throws LinkageError if its class cannot be loaded
     */
    static BoundMethod bind(
            AnnotatedMethod method, List<FunctionInput> inputs, List<Feature> outputs, ClassLoader loader)
            throws ReflectiveOperationException {
        checkTypes(method, inputs, outputs);
        // Not initialized: the class's own code runs when it is first called.
        Class<?> type = Class.forName(method.type(), false, loader);
        MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(type, MethodHandles.lookup());
        MethodType descriptor =
                MethodType.fromMethodDescriptorString(method.descriptor().descriptorString(), loader);
        MethodHandle target = lookup.findStatic(type, method.name(), descriptor);
        if (outputs.size() > 1) {
            checkSeveral(descriptor.returnType(), outputs.size());
        }
        List<Integer> primitives = new ArrayList<>();
        int[] order = new int[2 * inputs.size()];
        for (int index = inputs.size() - 1; index >= 0; index--) {
            Class<?> parameter = descriptor.parameterType(index);
            if (parameter.isPrimitive()) {
                primitives.add(index);
            }
            order[2 * index + 1] = 1;
            MethodHandle reader = ParameterReaders.of(inputs.get(index).type(), parameter, index);
            target = MethodHandles.collectArguments(target, index, reader);
        }
        MethodType shape = MethodType.methodType(descriptor.returnType(), Column[].class, int.class);
        MethodHandle handle = MethodHandles.permuteArguments(target, shape, order);
        return new BoundMethod(
                handle.asType(shape.changeReturnType(Object.class)),
                primitives.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Calls it for one row.
     *
     * @param columns a column a parameter
     * @throws Throwable what the method throws
     */
    @Nullable
    Object call(Column[] columns, int row) throws Throwable {
        for (int index : primitives) {
            if (!columns[index].hasValue(row)) {
                throw new NullPointerException(
                        "parameter " + (index + 1) + " is a primitive and was null (expected an object type)");
            }
        }
        return (Object) handle.invokeExact(columns, row);
    }

    private static void checkTypes(AnnotatedMethod method, List<FunctionInput> inputs, List<Feature> outputs) {
        if (inputs.size() != method.parameters().size()) {
            throw new IllegalArgumentException("its parameters are "
                    + method.parameters().size() + " (expected " + inputs.size() + ", one an input)");
        }
        for (int index = 0; index < inputs.size(); index++) {
            FunctionInput input = inputs.get(index);
            FeatureType type = input.type();
            String java = JavaTypes.text(method.parameters().get(index));
            if (!JavaTypes.takes(type, method.parameters().get(index))) {
                throw new IllegalArgumentException("parameter " + (index + 1) + " is " + java + ", and " + input.name()
                        + " is of type " + type.text() + " (expected "
                        + JavaTypes.expected(type, input.nullable()) + ")");
            }
            if (input.nullable() && method.descriptor().parameterType(index).isPrimitive()) {
                throw new IllegalArgumentException("parameter " + (index + 1) + " is " + java + ", and " + input.name()
                        + " may be null (expected " + JavaTypes.expected(type, true) + ")");
            }
        }
        if (outputs.size() == 1) {
            FeatureType type = outputs.getFirst().type();
            if (!JavaTypes.mayGive(type, method.result())) {
                throw new IllegalArgumentException("its result is " + JavaTypes.text(method.result()) + ", and '"
                        + outputs.getFirst().name() + "' is of type " + type.text() + " (expected "
                        + JavaTypes.expected(type, false) + ")");
            }
        }
    }

    private static void checkSeveral(Class<?> result, int outputs) {
        boolean several = result.isRecord()
                ? result.getRecordComponents().length == outputs
                : result == Object.class || Object[].class.isAssignableFrom(result);
        if (!several) {
            throw new IllegalArgumentException("its result is " + result.getSimpleName() + " (expected a record of "
                    + outputs + " components, or Object[], for " + outputs + " outputs)");
        }
    }

    /** The value of each output of a result. */
    static List<@Nullable Object> split(@Nullable Object result, int outputs, RecordComponents records)
            throws Throwable {
        if (outputs == 1) {
            return Arrays.asList(result);
        }
        List<@Nullable Object> values = new ArrayList<>();
        if (result instanceof Object[] array) {
            values.addAll(Arrays.asList(array));
        } else if (result instanceof Record) {
            for (RecordComponents.Component component : records.of(result.getClass())) {
                values.add(component.of(result));
            }
        }
        if (values.size() != outputs) {
            throw new LossyResultException(
                    JavaResults.described(result) + " (expected " + outputs + " values, in a record or an Object[])");
        }
        return values;
    }
}
