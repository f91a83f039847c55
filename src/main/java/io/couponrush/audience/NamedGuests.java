package io.couponrush.audience;

import io.couponrush.audience.GuestLines.Guest;
import java.util.Arrays;

/** The users that a file names, with their lines, in its order. Twelve bytes each, since there may be a million. */
final class NamedGuests {
    private long[] ids = new long[64];
    private int[] lines = new int[64];
    private int size;

    void add(Guest guest) {
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
            lines = Arrays.copyOf(lines, size * 2);
        }
        ids[size] = guest.userId();
        lines[size++] = guest.line();
    }

    int size() {
        return size;
    }

    Guest get(int index) {
        return new Guest(lines[index], ids[index]);
    }

    /** Each once, in their order: whoever adds the same users in it waits and does not deadlock. */
    long[] inOrder() {
        return Arrays.stream(ids, 0, size).sorted().distinct().toArray();
    }
}
