package io.couponrush.account;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class SealTest {
    private static final byte[] SECRET = "a secret for tests, 32 bytes or more".getBytes(UTF_8);
    private static final byte[] TEXT = "what must not be read".getBytes(UTF_8);

    private final Seal seal = new Seal(SECRET, "tests");

    @Test
    void opensWhatItClosed() {
        assertThat(seal.open(seal.close(TEXT, "user:1"), "user:1"))
                .hasValueSatisfying(t -> assertThat(t).isEqualTo(TEXT));
    }

    @Test
    void hidesTheTextAndThatItIsTheSame() {
        byte[] one = seal.close(TEXT, "user:1");
        assertThat(new String(one, UTF_8)).doesNotContain("must not");
        assertThat(seal.close(TEXT, "user:1")).isNotEqualTo(one);
    }

    @Test
    void opensNothingInThePlaceOfSomethingElse() {
        assertThat(seal.open(seal.close(TEXT, "user:1"), "user:2")).isEmpty();
    }

    @Test
    void opensNothingOfAnotherSecretOrPurpose() {
        assertThat(new Seal("another secret, and no shorter either".getBytes(UTF_8), "tests")
                        .open(seal.close(TEXT, "x"), "x"))
                .isEmpty();
        assertThat(new Seal(SECRET, "else").open(seal.close(TEXT, "x"), "x")).isEmpty();
    }

    @Test
    void opensNothingThatWasChanged() {
        byte[] closed = seal.close(TEXT, "x");
        for (int i = 0; i < closed.length; i++) {
            byte[] changed = closed.clone();
            changed[i] ^= 1;
            assertThat(seal.open(changed, "x")).isEmpty();
        }
        assertThat(seal.open(new byte[5], "x")).isEmpty();
        assertThat(seal.open(new byte[0], "x")).isEmpty();
    }

    @Test
    void carriesALoginElsewhereToTheBrowserAndBack() {
        var flow = OidcFlow.begin(Instant.ofEpochSecond(1_900_000_000), 7L);
        assertThat(OidcFlow.open(flow.closed(seal), seal)).contains(flow);
        assertThat(OidcFlow.open("!", seal)).isEmpty();
        assertThat(OidcFlow.open("AAAA", seal)).isEmpty();
        assertThat(flow.toString()).doesNotContain(flow.verifier()).doesNotContain(flow.state());
    }
}
