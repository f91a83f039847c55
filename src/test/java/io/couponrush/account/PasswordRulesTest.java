package io.couponrush.account;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordRulesTest {
    private static final String EMAIL = "annemarie.long@example.org";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "elevenchars",
                "aaaaaaaaaaaaaaaa",
                "password1234",
                "P@ssw0rd!2024",
                "passwordpassword",
                "123456789012",
                "210987654321",
                "qwertyuiop123",
                "qwertyuiopas",
                "abcabcabcabc",
                "Administrator1!",
                "AnneMarie.Long@example.org",
                "annemarie.long",
                "couponrush2026"
            })
    void refusesWhatIsTriedFirst(String password) {
        assertThat(PasswordRules.refusal(password, EMAIL)).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "correct horse battery",
                "Sommer-auf-Juist",
                "x7Kq!m2Vz9Lw",
                "demo-password-1",
                "쿠폰은선착순으로발급됩니다요",
                "password is not my password"
            })
    void takesTheRest(String password) {
        assertThat(PasswordRules.refusal(password, EMAIL)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 129})
    void counts12To128Characters(int length) {
        assertThat(PasswordRules.refusal(text(length), EMAIL)).contains("12 to 128");
        assertThat(PasswordRules.refusal(text(12), EMAIL)).isNull();
        assertThat(PasswordRules.refusal(text(128), EMAIL)).isNull();
    }

    private static String text(int length) {
        var text = new StringBuilder();
        for (int i = 0; text.length() < length; i++) {
            text.append(Integer.toString(i * i * 7919, 36));
        }
        return text.substring(0, length);
    }
}
