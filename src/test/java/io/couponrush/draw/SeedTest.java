package io.couponrush.draw;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeedTest {
    private static final byte[] BYTES = HexFormat.of().parseHex("00ff10".repeat(10) + "abcd");

    @ParameterizedTest
    @ValueSource(longs = {1, 12, 9_007_199_254_740_993L, Long.MAX_VALUE})
    void aTicketIsWhatEverybodyCallsHmacSha256(long userId) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(BYTES, "HmacSHA256"));
        byte[] expected = mac.doFinal(Long.toString(userId).getBytes(StandardCharsets.US_ASCII));
        var seed = new Seed(Buffer.buffer(BYTES));
        assertThat(seed.ticket(userId)).isEqualTo(HexFormat.of().formatHex(expected));
        assertThat(seed.commitment())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(BYTES)));
    }
}
