package io.featuregrid.planner.expression;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What CPython 3.11 knows about code points. It knows Unicode 14, the JVM a later one: code points that came since are none here, and what
 * has changed since is as it was.
 */
final class Characters {
    /** Ranges of code points that Unicode 15, 15.1 and 16 have added. */
    private static final BitSet LATER = ranges("897 cf3 ece 1b4e-1b4f 1b7f 1c89-1c8a 2427-2429 2ffc-2fff 31e4-31e5 31ef"
            + " a7cb-a7cd a7da-a7dc 105c0-105f3 10d40-10d65 10d69-10d85 10d8e-10d8f 10ec2-10ec4 10efc-10eff 1123f-11241"
            + " 11380-11389 1138b 1138e 11390-113b5 113b7-113c0 113c2 113c5 113c7-113ca 113cc-113d5 113d7-113d8"
            + " 113e1-113e2 116d0-116e3 11b00-11b09 11bc0-11be1 11bf0-11bf9 11f00-11f10 11f12-11f3a 11f3e-11f5a 1342f"
            + " 13439-13455 13460-143fa 16100-16139 16d40-16d79 18cff 1b132 1b155 1cc00-1ccf9 1cd00-1ceb3 1d2c0-1d2d3"
            + " 1df25-1df2a 1e030-1e06d 1e08f 1e4d0-1e4f9 1e5d0-1e5fa 1e5ff 1f6dc 1f774-1f776 1f77b-1f77f 1f7d9"
            + " 1f8b2-1f8bb 1f8c0-1f8c1 1fa75-1fa77 1fa87-1fa89 1fa8f 1faad-1faaf 1fabb-1fabf 1fac6 1face-1facf"
            + " 1fada-1fadc 1fadf 1fae8-1fae9 1faf7-1faf8 1fbcb-1fbef 2b739 2ebf0-2ee5d 31350-323af");

    /** Digits that are not decimal: superscripts and the like. */
    private static final BitSet OTHER_DIGITS =
            ranges("b2-b3 b9 1369-1371 19da 2070 2074-2079 2080-2089 2460-2468 2474-247c"
                    + " 2488-2490 24ea 24f5-24fd 24ff 2776-277e 2780-2788 278a-2792 10a40-10a43 10e60-10e68 11052-1105a"
                    + " 1f100-1f10a");

    /** Cased since Unicode 15. */
    private static final BitSet LATER_CASED = ranges("10fc a7f2-a7f4 ab69");

    /** What is ignored between a sigma and the letters around it, beside marks, formats and modifiers. */
    private static final BitSet IGNORABLE =
            ranges("27 2e 3a b7 387 55f 5f4 2018-2019 2024 2027 fe13 fe52 fe55 ff07 ff0e ff1a");

    /** Titles that are not one code point. */
    private static final Map<Integer, String> TITLES = titles("df:53+73 149:2bc+4e 1f0:4a+30c 390:399+308+301"
            + " 3b0:3a5+308+301 587:535+582 1e96:48+331 1e97:54+308 1e98:57+30a 1e99:59+30a 1e9a:41+2be 1f50:3a5+313"
            + " 1f52:3a5+313+300 1f54:3a5+313+301 1f56:3a5+313+342 1fb2:1fba+345 1fb4:386+345 1fb6:391+342"
            + " 1fb7:391+342+345 1fc2:1fca+345 1fc4:389+345 1fc6:397+342 1fc7:397+342+345 1fd2:399+308+300"
            + " 1fd3:399+308+301 1fd6:399+342 1fd7:399+308+342 1fe2:3a5+308+300 1fe3:3a5+308+301 1fe4:3a1+313"
            + " 1fe6:3a5+342 1fe7:3a5+308+342 1ff2:1ffa+345 1ff4:38f+345 1ff6:3a9+342 1ff7:3a9+342+345 fb00:46+66"
            + " fb01:46+69 fb02:46+6c fb03:46+66+69 fb04:46+66+6c fb05:53+74 fb06:53+74 fb13:544+576 fb14:544+565"
            + " fb15:544+56b fb16:54e+576 fb17:544+56d");

    private Characters() {}

    /** As {@code isspace}. */
    static boolean isSpace(int point) {
        if (point < 0x80) {
            return point == ' ' || (point >= 0x9 && point <= 0xd) || (point >= 0x1c && point <= 0x1f);
        }
        return point == 0x85 || point == 0x2028 || point == 0x2029 || category(point) == Character.SPACE_SEPARATOR;
    }

    static boolean isAlpha(int point) {
        return switch (category(point)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> true;
            default -> false;
        };
    }

    static boolean isDigit(int point) {
        return category(point) == Character.DECIMAL_DIGIT_NUMBER || OTHER_DIGITS.get(point);
    }

    static boolean isAlphaOrNumeric(int point) {
        return switch (category(point)) {
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER -> true;
            default -> isAlpha(point);
        };
    }

    /** The value of a decimal digit; -1 for anything else. */
    static int decimal(int point) {
        return category(point) == Character.DECIMAL_DIGIT_NUMBER ? Character.digit(point, 10) : -1;
    }

    /** Whether {@code repr} shows it as it is. */
    static boolean isPrintable(int point) {
        return switch (category(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> point == ' ';
            default -> true;
        };
    }

    static boolean isCased(int point) {
        return !LATER.get(point)
                && !LATER_CASED.get(point)
                && (Character.isLowerCase(point) || Character.isUpperCase(point) || Character.isTitleCase(point));
    }

    static boolean isIgnorable(int point) {
        return switch (category(point)) {
            case Character.NON_SPACING_MARK,
                    Character.ENCLOSING_MARK,
                    Character.FORMAT,
                    Character.MODIFIER_LETTER,
                    Character.MODIFIER_SYMBOL -> true;
            default -> IGNORABLE.get(point) || point == 0x1171e;
        };
    }

    static void appendUpper(StringBuilder target, int point) {
        if (point < 0x80) {
            target.append((char) (point >= 'a' && point <= 'z' ? point - 32 : point));
            return;
        }
        String upper = LATER.get(point) ? "" : Character.toString(point).toUpperCase(Locale.ROOT);
        if (upper.isEmpty() || LATER.get(upper.codePointAt(0))) {
            target.appendCodePoint(point);
        } else {
            target.append(upper);
        }
    }

    /** Without regard to what is around it. */
    static void appendLower(StringBuilder target, int point) {
        if (point == 0x130) {
            target.append("i\u0307");
            return;
        }
        target.appendCodePoint(known(point, Character.toLowerCase(point)));
    }

    static void appendTitle(StringBuilder target, int point) {
        String title = TITLES.get(point);
        if (title == null) {
            target.appendCodePoint(known(point, Character.toTitleCase(point)));
        } else {
            target.append(title);
        }
    }

    private static int known(int point, int mapped) {
        return LATER.get(point) || LATER.get(mapped) ? point : mapped;
    }

    private static int category(int point) {
        return LATER.get(point) ? Character.UNASSIGNED : Character.getType(point);
    }

    private static BitSet ranges(String text) {
        BitSet points = new BitSet();
        for (String range : text.split(" ", -1)) {
            String[] ends = range.split("-", -1);
            points.set(Integer.parseInt(ends[0], 16), Integer.parseInt(ends[ends.length - 1], 16) + 1);
        }
        return points;
    }

    private static Map<Integer, String> titles(String text) {
        Map<Integer, String> titles = new HashMap<>();
        for (String entry : text.split(" ", -1)) {
            String[] sides = entry.split(":", -1);
            StringBuilder title = new StringBuilder();
            for (String point : sides[1].split("\\+", -1)) {
                title.appendCodePoint(Integer.parseInt(point, 16));
            }
            titles.put(Integer.parseInt(sides[0], 16), title.toString());
        }
        return titles;
    }
}
