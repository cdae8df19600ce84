package io.featuregrid.gridnode.jar;

import static org.assertj.core.api.Assertions.assertThat;

import io.featuregrid.planner.error.ErrorCode;
import io.featuregrid.planner.execute.Deadline;
import io.featuregrid.planner.execute.FunctionFailure;
import io.featuregrid.planner.execute.FunctionResult;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarFunctionsTest {
    private static final String SCORES = """
            class Scores {
                record Pair(String text, Map<String, Object> parts) {}
                record Parts(long a, String b) {}
                static final String OUTSIDE = "io.featuregrid.gridnode.jar.JarFunctions";

                @OnlineFunction(outputs = "thing.out")
                static double numbers(@Input("a") long a, @Input("b") double b, @Input("c") boolean c) {
                    return c ? a + b : a - b;
                }
                @OnlineFunction(outputs = "thing.out")
                static Long optional(@Input("a") Long a) { return a == null ? null : a + 1; }
                @OnlineFunction(outputs = {"thing.text", "thing.parts"})
                static Pair objects(@Input("a") Instant at, @Input("b") LocalDate day, @Input("c") BigDecimal price,
                        @Input("d") byte[] bytes, @Input("e") List<Instant> times, @Input("f") Map<String, Object> parts,
                        @Input("g") float[] vector) {
                    return new Pair(at + " " + day + " " + price + " " + bytes.length + " " + times + " " + parts + " "
                            + vector[1], Map.of("a", 7));
                }
                @OnlineFunction(outputs = "thing.out")
                static Parts struct() { return new Parts(5, "b"); }
                @OnlineFunction(outputs = "thing.out")
                static Object converted(@Input("a") long which) {
                    return switch ((int) which) {
                        case 0 -> true;
                        case 1 -> 3.0;
                        case 2 -> BigInteger.TEN;
                        case 3 -> 1.5;
                        case 4 -> "4";
                        case 5 -> BigInteger.ONE.shiftLeft(63);
                        default -> Double.NaN;
                    };
                }
                @OnlineFunction(outputs = "thing.out")
                static String half() { return "\\ud800"; }
                @OnlineFunction(outputs = "thing.out")
                static long raising(@Input("a") long a) {
                    if (a == 2) { return deep(a); }
                    if (a == 3) { throw new IllegalStateException("outer", new RuntimeException("inner")); }
                    return 10 / a;
                }
                static long deep(long a) { return deep(a + 1) + 1; }
                @OnlineFunction(outputs = "thing.out")
                static boolean seesTheNode() {
                    try {
                        Class.forName(OUTSIDE);
                        return true;
                    } catch (ClassNotFoundException hidden) {
                        return false;
                    }
                }
                @OnlineFunction(outputs = "thing.out")
                static long endless(@Input("a") long a) {
                    while (!Boolean.getBoolean("scores.end")) {
                        // Deaf to interruption, but leaving the processors to others.
                        try { Thread.sleep(1); } catch (InterruptedException ignored) { }
                    }
                    return a + 1;
                }
                @OnlineFunction(outputs = "thing.out")
                static long waiting() throws InterruptedException { Thread.sleep(Long.MAX_VALUE); return 1; }
            }
            """;

    @TempDir
    private Path folder;

    private final Jars jars = new Jars();
    private JarFunctions functions = new JarFunctions(Path.of("unused"), jars);
    private String artifact = "";

    @BeforeEach
    void compile() throws IOException {
        artifact = jars.put(Jars.jar(Jars.compile(folder, SCORES)));
        functions = new JarFunctions(folder.resolve("home"), jars);
    }

    @AfterEach
    void close() {
        System.clearProperty("scores.end");
        functions.close();
    }

    private FunctionResult run(Calls calls) {
        return functions.run(calls.of(1), Deadline.NONE);
    }

    private Calls calls(String method, int rows) {
        return new Calls(artifact, method, rows);
    }

    @Test
    void primitivesArriveRowByRow() {
        Calls calls = calls("numbers", 3)
                .input("int64", 1L, 2L, 3L)
                .input("float64", 0.5, 0.25, 0.0)
                .input("bool", true, false, true)
                .output("float64");
        FunctionResult result = run(calls);
        assertThat(result.failures()).isEmpty();
        assertThat(calls.values(result, 0)).containsExactly(1.5, 1.75, 3.0);
    }

    @Test
    void nullIsNullAndFailsWhereAPrimitiveStands() {
        Calls optional = calls("optional", 2).input("int64", 1L, null).output("int64");
        assertThat(optional.values(run(optional), 0)).containsExactly(2L, null);

        Calls strict = calls("raising", 2).input("int64", 5L, null).output("int64");
        FunctionResult result = run(strict);
        assertThat(strict.values(result, 0)).containsExactly(2L, null);
        assertThat(result.failures())
                .singleElement()
                .satisfies(
                        failure -> assertThat(failure.message()).contains("parameter 1 is a primitive and was null"));
    }

    @Test
    void objectsArriveAsWhatTheyAreAndARecordIsSeveralOutputs() {
        Calls calls = calls("objects", 1)
                .input("timestamp", 1_000_001L)
                .input("date", 1L)
                .input("decimal(5,2)", new BigDecimal("1.50"))
                .input("binary", new byte[3])
                .input("list<timestamp>", Arrays.asList(0L, null))
                .input("struct<a: int64, b: date>", Map.of("a", 1L, "b", 0L))
                .input("vector<float32>(2)", new float[] {1, 2})
                .output("string")
                .output("struct<a: int64, b: string>");
        FunctionResult result = run(calls);
        assertThat(result.failures()).isEmpty();
        assertThat(calls.values(result, 0))
                .containsExactly("1970-01-01T00:00:01.000001Z 1970-01-02 1.50 3 [1970-01-01T00:00:00Z, null] {a=1,"
                        + " b=1970-01-01} 2.0");
        assertThat(calls.values(result, 1).toString()).isEqualTo("[{a=7, b=null}]");

        Calls struct = calls("struct", 1).output("struct<a: float64, b: string>");
        assertThat(struct.values(run(struct), 0).toString()).isEqualTo("[{a=5.0, b=b}]");
    }

    @Test
    void resultsAreConvertedWhereNothingIsLost() {
        Calls calls =
                calls("converted", 7).input("int64", 0L, 1L, 2L, 3L, 4L, 5L, 6L).output("int64");
        FunctionResult result = run(calls);
        assertThat(calls.values(result, 0)).containsExactly(1L, 3L, 10L, null, null, null, null);
        assertThat(result.failures()).extracting(FunctionFailure::code).containsOnly(ErrorCode.VALIDATION_FAILED);
        assertThat(result.failures())
                .extracting(FunctionFailure::message)
                .containsExactly(
                        "`converted` gave 1.5 (expected a value of type int64)",
                        "`converted` gave \"4\" (expected a value of type int64)",
                        "`converted` gave 9223372036854775808 (expected a value of type int64)",
                        "`converted` gave NaN (expected a value of type int64)");
        assertThat(run(calls("half", 1).output("string")).failures())
                .extracting(FunctionFailure::code)
                .containsExactly(ErrorCode.VALIDATION_FAILED);
    }

    @Test
    void whatIsThrownFailsItsRowWithTheUsersStack() {
        Calls calls = calls("raising", 4).input("int64", 0L, 1L, 2L, 3L).output("int64");
        FunctionResult result = run(calls);
        assertThat(calls.values(result, 0)).containsExactly(null, 10L, null, null);
        assertThat(result.failures()).extracting(FunctionFailure::code).containsOnly(ErrorCode.RESOLVER_FAILED);
        assertThat(result.failures())
                .extracting(FunctionFailure::message)
                .containsExactly(
                        "`raising` raised java.lang.ArithmeticException: / by zero",
                        "`raising` raised java.lang.StackOverflowError",
                        "`raising` raised java.lang.IllegalStateException: outer");
        assertThat(result.failures().getFirst().exception())
                .contains("at example.Scores.raising(Scores.java:")
                .doesNotContain("featuregrid");
        assertThat(result.failures().getLast().exception()).contains("Caused by: java.lang.RuntimeException: inner");
    }

    @Test
    void aJarDoesNotSeeTheNode() {
        Calls calls = calls("seesTheNode", 1).output("bool");
        assertThat(calls.values(run(calls), 0)).containsExactly(false);
    }

    @Test
    void aMethodThatDoesNotEndIsLeftAndSoonNotStartedAnyMore() {
        Calls calls = calls("endless", 1).input("int64", 1L).output("int64");
        // One whose time was over before its thread began is not left behind.
        int late = 0;
        FunctionResult refused = briefly(calls);
        for (; code(refused) == ErrorCode.RESOLVER_TIMED_OUT; late++) {
            refused = briefly(calls);
        }
        assertThat(late).isGreaterThanOrEqualTo(MethodThreads.MOST_LEFT);
        assertThat(code(refused)).isEqualTo(ErrorCode.RESOLVER_FAILED);
        assertThat(refused.failures().getFirst().message()).contains("8 earlier calls of it have not ended");

        Calls other = calls("optional", 1).input("int64", 1L).output("int64");
        assertThat(other.values(run(other), 0)).containsExactly(2L);

        functions.newest(2);
        assertThat(functions.loaders()).as("loaders in use").hasSize(1);
        System.setProperty("scores.end", "true");
        while (!functions.loaders().isEmpty()) {
            Thread.onSpinWait();
        }
        assertThat(calls.values(functions.run(calls.of(2), Deadline.NONE), 0)).containsExactly(2L);
    }

    private FunctionResult briefly(Calls calls) {
        return functions.run(calls.of(1), Deadline.NONE.within(System::nanoTime, 20_000_000));
    }

    private static ErrorCode code(FunctionResult result) {
        return result.failures().getFirst().code();
    }

    @Test
    void aMethodThatWaitsIsInterruptedWhenItsTimeIsOver() {
        Calls calls = calls("waiting", 1).output("int64");
        functions.run(calls.of(1), Deadline.NONE.within(System::nanoTime, 5_000_000));
        functions.newest(2);
        while (!functions.loaders().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void anEarlierVersionIsLoadedAgainForARequestThatHoldsIt() {
        Calls calls = calls("optional", 1).input("int64", 1L).output("int64");
        functions.newest(1);
        run(calls);
        assertThat(functions.loaders()).hasSize(1);
        functions.newest(2);
        assertThat(functions.loaders()).isEmpty();
        assertThat(calls.values(run(calls), 0)).containsExactly(2L);
        assertThat(functions.loaders()).isEmpty();
    }

    @Test
    void whatDoesNotFitIsToldBeforeItRuns() {
        assertThat(problem(calls("numbers", 1).output("float64"), new FunctionInput("'t.a'", type("int64"), false)))
                .contains("its parameters are 3 (expected 1, one an input)");
        assertThat(problem(calls("optional", 1).output("int64"), new FunctionInput("'t.a'", type("string"), false)))
                .isEqualTo(
                        "example.Scores.optional: parameter 1 is Long, and 't.a' is of type string (expected String)");
        assertThat(problem(calls("raising", 1).output("int64"), new FunctionInput("'t.a'", type("int64"), true)))
                .contains("parameter 1 is long, and 't.a' may be null (expected Long)");
        assertThat(problem(calls("optional", 1).output("string"), new FunctionInput("'t.a'", type("int64"), true)))
                .contains("its result is Long, and 'out0' is of type string (expected String)");
        assertThat(problem(calls("struct", 1).output("int64").output("string").output("bool")))
                .contains("its result is Parts (expected a record of 3 components, or Object[], for 3 outputs)");
        assertThat(problem(calls("gone", 1).output("int64"))).contains("has no method 'gone'");
        assertThat(functions.problem(
                        calls("struct", 1).output("int64").output("string").resolver(),
                        List.of(),
                        calls("struct", 1).output("int64").output("string").outputs()))
                .isEmpty();
    }

    private String problem(Calls calls, FunctionInput... inputs) {
        return functions
                .problem(calls.resolver(), List.of(inputs), calls.outputs())
                .orElse("");
    }

    private static io.featuregrid.planner.definition.FeatureType type(String text) {
        return io.featuregrid.planner.definition.FeatureType.parse(text);
    }
}
