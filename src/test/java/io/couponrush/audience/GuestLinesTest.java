package io.couponrush.audience;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.audience.GuestLines.Guest;
import io.couponrush.http.Problem.FieldError;
import io.vertx.core.buffer.Buffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuestLinesTest {
    private final GuestLines lines = new GuestLines();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void readsTheSameInWhateverPieces(int piece) {
        Buffer file = Buffer.buffer("\uFEFFuserId,name\r\n12,Mina\r\n\r\n\"13\",\"a, b\"\n 14 \nnobody\n15");
        var guests = new ArrayList<Guest>();
        for (int from = 0; from < file.length(); from += piece) {
            guests.addAll(lines.read(file.slice(from, Math.min(file.length(), from + piece))));
        }
        guests.addAll(lines.rest());
        assertThat(guests).containsExactly(new Guest(2, 12), new Guest(4, 13), new Guest(5, 14), new Guest(7, 15));
        assertThat(lines.lines()).isEqualTo(7);
        assertThat(lines.invalid()).isEqualTo(1);
        assertThat(lines.errors()).containsExactly(new FieldError("line 6", "must begin with a user's id"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1", "+1", "1.0", "1e3", "99999999999999999999", "9223372036854775808", "userId", "١"})
    void takesNothingElseForAnId(String text) {
        assertThat(lines.read(Buffer.buffer("1\n" + text + "\n"))).containsExactly(new Guest(1, 1));
        assertThat(lines.invalid()).isEqualTo(1);
    }

    @Test
    void keepsNothingOfALineThatIsTooLong() {
        assertThat(lines.read(Buffer.buffer("1".repeat(GuestLines.LINE_MAX + 1))))
                .isEmpty();
        assertThat(lines.read(Buffer.buffer("1".repeat(1_000_000)))).isEmpty();
        assertThat(lines.read(Buffer.buffer("\n7\n"))).containsExactly(new Guest(2, 7));
        assertThat(lines.errors()).containsExactly(new FieldError("line 1", "is longer than 128 bytes"));
    }

    @Test
    void takesALineOfTheGreatestLength() {
        String line = "7," + "x".repeat(GuestLines.LINE_MAX - 2);
        assertThat(lines.read(Buffer.buffer(line + "\n"))).containsExactly(new Guest(1, 7));
    }

    @Test
    void countsEveryFaultAndTellsTheFirst() {
        assertThat(lines.read(Buffer.buffer("x\n".repeat(5_000)))).isEmpty();
        assertThat(lines.invalid()).isEqualTo(5_000);
        assertThat(lines.errors()).hasSize(GuestLines.ERRORS_TOLD);
        assertThat(List.copyOf(lines.errors()).get(99).field()).isEqualTo("line 100");
    }
}
