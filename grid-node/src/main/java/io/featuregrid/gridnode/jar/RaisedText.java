package io.featuregrid.gridnode.jar;

import org.jspecify.annotations.Nullable;

/**
 * What a method threw, as text.
 *
 * @param line its class and message
 * @param stack the same with its causes and the frames of the user's code, without those below that called it
 */
record RaisedText(String line, String stack) {
    private static final int MOST_LINE = 1_000;
    private static final int MOST_STACK = 16_000;
    private static final int MOST_CAUSES = 5;
    private static final String OWN = RaisedText.class.getPackageName() + ".";

    static RaisedText of(Throwable raised) {
        StringBuilder stack = new StringBuilder();
        Throwable each = raised;
        for (int depth = 0; each != null && depth < MOST_CAUSES; depth++) {
            stack.append(depth == 0 ? "" : "Caused by: ").append(line(each)).append('\n');
            addFrames(each, stack);
            each = cause(each);
        }
        return new RaisedText(line(raised), stack.toString().stripTrailing());
    }

    private static void addFrames(Throwable raised, StringBuilder stack) {
        for (StackTraceElement frame : raised.getStackTrace()) {
            if (frame.getClassName().startsWith(OWN)) {
                return;
            }
            if (stack.length() > MOST_STACK) {
                stack.append("\t...\n");
                return;
            }
            stack.append("\tat ")
                    .append(frame.getClassName())
                    .append('.')
                    .append(frame.getMethodName())
                    .append('(')
                    .append(frame.getFileName())
                    .append(':')
                    .append(frame.getLineNumber())
                    .append(")\n");
        }
    }

    /** The message is the user's code too, and may fail as it does. */
    private static String line(Throwable raised) {
        String type = raised.getClass().getTypeName();
        String message;
        try {
            message = raised.getMessage();
        } catch (Throwable broken) {
            return type;
        }
        if (message == null) {
            return type;
        }
        return type + ": " + (message.length() <= MOST_LINE ? message : message.substring(0, MOST_LINE) + "...");
    }

    private static @Nullable Throwable cause(Throwable raised) {
        try {
            return raised.getCause();
        } catch (Throwable broken) {
            return null;
        }
    }
}
