package io.couponrush.account;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TotpTest {
    /** Of RFC 6238, appendix B. */
    private static final byte[] SECRET = "12345678901234567890".getBytes(US_ASCII);

    private static final Instant THEN = Instant.ofEpochSecond(1_111_111_111);
    private static final long STEP = 1_111_111_111 / 30;

    /** The last six of the eight digits of the RFC. */
    @ParameterizedTest
    @CsvSource({
        "59, 287082",
        "1111111109, 081804",
        "1111111111, 050471",
        "1234567890, 005924",
        "2000000000, 279037",
        "20000000000, 353130"
    })
    void makesTheCodesOfTheStandard(long seconds, String code) {
        assertThat(Totp.code(SECRET, seconds / 30)).isEqualTo(code);
    }

    @Test
    void takesTheCodeOfNowOfTheStepBeforeAndOfTheNext() {
        for (long step = STEP - 1; step <= STEP + 1; step++) {
            assertThat(Totp.step(SECRET, Totp.code(SECRET, step), THEN)).hasValue(step);
        }
    }

    @Test
    void takesNoCodeFromFurtherAway() {
        assertThat(Totp.step(SECRET, Totp.code(SECRET, STEP - 2), THEN)).isEmpty();
        assertThat(Totp.step(SECRET, Totp.code(SECRET, STEP + 2), THEN)).isEmpty();
    }

    @Test
    void takesNoCodeOfAnotherSecret() {
        assertThat(Totp.step("another secret 12345".getBytes(US_ASCII), Totp.code(SECRET, STEP), THEN))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "12345", "1234567", "12345a", "\u0661\u0662\u0663\u0664\u0665\u0666", " 123456"})
    void knowsWhatIsNoCode(String text) {
        assertThat(Totp.isCode(text)).isFalse();
    }

    @Test
    void tellsAuthenticatorsAllTheyNeed() {
        assertThat(Totp.uri(SECRET, "Coupon Rush", "mina+1@example.com"))
                .isEqualTo("otpauth://totp/Coupon%20Rush:mina%2B1%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
                        + "&issuer=Coupon%20Rush&algorithm=SHA1&digits=6&period=30");
    }

    @Test
    void readsARecoveryCodeAsPeopleTypeIt() {
        RecoveryCode code = RecoveryCode.make();
        assertThat(code.text()).matches("([A-Z2-7]{4}-){3}[A-Z2-7]{4}");
        String typed = code.text().toLowerCase(Locale.ROOT).replace('-', ' ');
        assertThat(RecoveryCode.parse(typed).orElseThrow().hash()).isEqualTo(code.hash());
        assertThat(RecoveryCode.parse("AAAA-BBBB-CCCC")).isEmpty();
    }
}
