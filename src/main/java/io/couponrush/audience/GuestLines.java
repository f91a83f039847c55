package io.couponrush.audience;

import io.couponrush.http.Problem.FieldError;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads a CSV of users as it comes, in whatever pieces: the id is the first column, further ones are skipped, so is a first
 * line that begins with {@code userId}. Keeps no more than the line under way and what is wrong with the first lines.
 */
final class GuestLines {
    /** Bytes of a line; what is longer is invalid and not kept. */
    static final int LINE_MAX = 128;

    /** What is wrong with more lines than these is counted only. */
    static final int ERRORS_TOLD = 100;

    private static final String HEADER = "userId";
    private static final int DIGITS = 19;

    private final byte[] line = new byte[LINE_MAX];
    private int length;
    private boolean tooLong;
    private int number;
    private int invalid;
    private int toldLater;
    private final List<Fault> faults = new ArrayList<>();

    private record Fault(int line, String message) {}

    /** A user and the line that names it. */
    record Guest(int line, long userId) {}

    /** The users on the lines that end in this part. */
    List<Guest> read(Buffer part) {
        var guests = new ArrayList<Guest>();
        for (int i = 0; i < part.length(); i++) {
            byte b = part.getByte(i);
            if (b == '\n') {
                endLine(guests);
            } else if (length < LINE_MAX) {
                line[length++] = b;
            } else {
                tooLong = true;
            }
        }
        return guests;
    }

    /** The user on a last line that nothing ends. */
    List<Guest> rest() {
        var guests = new ArrayList<Guest>();
        if (length > 0) {
            endLine(guests);
        }
        return guests;
    }

    /** Lines that ended so far, empty ones too. */
    int lines() {
        return number;
    }

    int invalid() {
        return invalid;
    }

    /** The first of what is wrong, by line. */
    List<FieldError> errors() {
        return faults.stream()
                .sorted(Comparator.comparingInt(Fault::line))
                .limit(ERRORS_TOLD)
                .map(fault -> new FieldError("line " + fault.line(), fault.message()))
                .toList();
    }

    /** Tells of a line, once all are read, that something else is wrong with it: line by line, as they come in the file. */
    void tell(int lineNumber, String message) {
        if (toldLater < ERRORS_TOLD) {
            toldLater++;
            faults.add(new Fault(lineNumber, message));
        }
    }

    private void endLine(List<Guest> guests) {
        number++;
        String text = tooLong ? "" : firstColumn(new String(line, 0, length, StandardCharsets.UTF_8));
        boolean empty = text.isEmpty() || (number == 1 && text.equalsIgnoreCase(HEADER));
        if (tooLong) {
            fault("is longer than " + LINE_MAX + " bytes");
        } else if (!empty) {
            long id = id(text);
            if (id > 0) {
                guests.add(new Guest(number, id));
            } else {
                fault("must begin with a user's id");
            }
        }
        length = 0;
        tooLong = false;
    }

    private void fault(String message) {
        invalid++;
        if (invalid <= ERRORS_TOLD) {
            faults.add(new Fault(number, message));
        }
    }

    /** Without the quotes, and the mark that some programs put before the first line. */
    private static String firstColumn(String text) {
        int end = text.indexOf(',');
        String column = (end < 0 ? text : text.substring(0, end)).strip();
        String unmarked = column.startsWith("\uFEFF") ? column.substring(1) : column;
        boolean quoted = unmarked.length() > 1 && unmarked.startsWith("\"") && unmarked.endsWith("\"");
        return quoted ? unmarked.substring(1, unmarked.length() - 1) : unmarked;
    }

    /** 0 when it cannot be one. */
    private static long id(String text) {
        boolean digits = text.length() <= DIGITS && text.chars().allMatch(c -> c >= '0' && c <= '9');
        try {
            return digits ? Long.parseLong(text) : 0;
        } catch (NumberFormatException tooLarge) {
            return 0;
        }
    }
}
