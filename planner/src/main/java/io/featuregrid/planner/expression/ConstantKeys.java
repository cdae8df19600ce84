package io.featuregrid.planner.expression;

/** Values as keys: equal where CPython's dicts and tuples find one by the other. */
final class ConstantKeys {
    private ConstantKeys() {}

    /** The key of a value; a NaN equals nothing, not even itself. */
    static Object of(Value value) {
        return switch (value) {
            case Value.Truth truth -> truth.value() ? 1L : 0L;
            case Value.Whole whole -> whole.value();
            case Value.Real real -> {
                double number = real.value();
                if (Double.isNaN(number)) {
                    yield new Object();
                }
                boolean integral = number == Math.rint(number) && number >= -0x1p63 && number < 0x1p63;
                yield integral ? (Object) (long) number : (Object) number;
            }
            case Value.Text text -> text.value();
            case Value.Nothing nothing -> nothing;
            case Value.Moment moment -> moment;
            case Value.Day day -> day;
            case Value.Span span -> span;
        };
    }
}
