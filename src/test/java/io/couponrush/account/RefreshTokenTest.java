package io.couponrush.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RefreshTokenTest {
    @Test
    void keepsTheFamilyAndChangesTheSecret() {
        var first = RefreshToken.first();
        var next = first.next();
        assertThat(next.familyHash()).isEqualTo(first.familyHash());
        assertThat(next.secretHash()).isNotEqualTo(first.secretHash()).hasSize(32);
        assertThat(RefreshToken.first().familyHash()).isNotEqualTo(first.familyHash());
    }

    @Test
    void isReadFromItsText() {
        var token = RefreshToken.first();
        assertThat(RefreshToken.parse(token.text())).contains(token);
        assertThat(token.text()).matches("[A-Za-z0-9_-]{64}");
        assertThat(token).hasToString("****");
    }

    @Test
    void isNotReadFromAnythingElse() {
        String text = RefreshToken.first().text();
        assertThat(List.of("", text + "A", text.substring(1), text.replace(text.charAt(5), '+'), "é".repeat(64)))
                .allSatisfy(other -> assertThat(RefreshToken.parse(other)).isEmpty());
    }
}
