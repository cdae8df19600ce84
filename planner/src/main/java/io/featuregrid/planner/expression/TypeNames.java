package io.featuregrid.planner.expression;

/** What CPython calls the types of values. */
final class TypeNames {
    private TypeNames() {}

    /** As in most messages: {@code datetime.date}. */
    static String of(Kind kind) {
        return switch (kind) {
            case NONE -> "NoneType";
            case BOOL -> "bool";
            case INT -> "int";
            case FLOAT -> "float";
            case STR -> "str";
            case DATETIME -> "datetime.datetime";
            case DATE -> "datetime.date";
            case TIMEDELTA -> "datetime.timedelta";
        };
    }

    static String of(Value value) {
        return of(value.kind());
    }

    /** As in messages about attributes. */
    static String shortOf(Kind kind) {
        return of(kind);
    }
}
