package io.featuregrid.planner.expression;

/**
 * A specification of CPython's format language, read.
 *
 * @param align {@code <}, {@code >}, {@code =} or {@code ^}
 * @param sign {@code +}, {@code -} or a space; 0 if not given
 * @param width -1 if not given
 * @param grouping {@code ,} or {@code _}; 0 for none
 */
record FormatSpecification(int fill, int align, int sign, Flags flags, long width, int grouping, Ending ending) {
    /** What may be on: {@code z} and {@code #}. */
    record Flags(boolean zeroCoerced, boolean alternate) {}

    /**
     * What stands last.
     *
     * @param precision -1 if not given
     * @param type 0 if not given and the kind has no default
     */
    record Ending(long precision, int type) {}

    long precision() {
        return ending.precision();
    }

    int type() {
        return ending.type();
    }

    /** Reads a specification for values of a type. */
    static FormatSpecification read(String text, String typeName, int defaultType, int defaultAlign) {
        return new Reader(text, typeName).read(defaultType, defaultAlign);
    }

    /** How a specification that CPython refuses fails. */
    static EvaluationException unknown(int type, String typeName) {
        String shown = type > 32 && type < 128 ? Character.toString(type) : "\\x" + Integer.toHexString(type);
        return EvaluationException.value("Unknown format code '" + shown + "' for object of type '" + typeName + "'");
    }

    private static final class Reader {
        private final String text;
        private final String typeName;
        private final int[] points;
        private int at;

        Reader(String text, String typeName) {
            this.text = text;
            this.typeName = typeName;
            this.points = text.codePoints().toArray();
        }

        FormatSpecification read(int defaultType, int defaultAlign) {
            int fill = ' ';
            int align = defaultAlign;
            boolean aligned = false;
            boolean filled = false;
            if (points.length >= 2 && isAlign(points[1])) {
                fill = points[0];
                align = points[1];
                filled = true;
                aligned = true;
                at = 2;
            } else if (points.length >= 1 && isAlign(points[0])) {
                align = points[0];
                aligned = true;
                at = 1;
            }
            int sign = peek() == '+' || peek() == '-' || peek() == ' ' ? points[at++] : 0;
            Flags flags = new Flags(taken('z'), taken('#'));
            if (!filled && taken('0')) {
                fill = '0';
                if (!aligned && defaultAlign == '>') {
                    align = '=';
                }
            }
            long width = number();
            int grouping = grouping();
            long precision = -1;
            if (taken('.')) {
                precision = number();
                if (precision < 0) {
                    throw EvaluationException.value("Format specifier missing precision");
                }
            }
            if (points.length - at > 1) {
                throw EvaluationException.value(
                        "Invalid format specifier '" + text + "' for object of type '" + typeName + "'");
            }
            int type = at < points.length ? points[at] : defaultType;
            checkGrouping(grouping, type);
            return new FormatSpecification(fill, align, sign, flags, width, grouping, new Ending(precision, type));
        }

        private int grouping() {
            int grouping = 0;
            if (taken(',')) {
                grouping = ',';
            }
            if (taken('_')) {
                if (grouping != 0) {
                    throw EvaluationException.value("Cannot specify both ',' and '_'.");
                }
                grouping = '_';
            }
            if (peek() == ',' && grouping == '_') {
                throw EvaluationException.value("Cannot specify both ',' and '_'.");
            }
            return grouping;
        }

        private static void checkGrouping(int grouping, int type) {
            boolean right = switch (type) {
                case 'd', 'e', 'f', 'g', 'E', 'G', '%', 'F', 0 -> true;
                case 'b', 'o', 'x', 'X' -> grouping != ',';
                default -> grouping == 0;
            };
            if (!right) {
                throw EvaluationException.value(
                        "Cannot specify '" + (char) grouping + "' with '" + Character.toString(type) + "'.");
            }
        }

        private int peek() {
            return at < points.length ? points[at] : -1;
        }

        private boolean taken(int point) {
            if (peek() == point) {
                at++;
                return true;
            }
            return false;
        }

        /** A number of decimal digits of any script; -1 if there is none. */
        private long number() {
            long number = -1;
            for (int digit = digit(); digit >= 0; digit = digit()) {
                long before = Math.max(number, 0);
                if (before > (Long.MAX_VALUE - digit) / 10) {
                    throw EvaluationException.value("Too many decimal digits in format string");
                }
                number = before * 10 + digit;
                at++;
            }
            return number;
        }

        private int digit() {
            return at < points.length ? Characters.decimal(points[at]) : -1;
        }

        private static boolean isAlign(int point) {
            return point == '<' || point == '>' || point == '=' || point == '^';
        }
    }
}
