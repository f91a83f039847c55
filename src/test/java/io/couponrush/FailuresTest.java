package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailuresTest {
    @Test
    void tellsWhatFailedAndWhyInOneLine() {
        assertThat(Failures.inOneLine(new IllegalStateException("no port", new IOException("in use\n by 7"))))
                .isEqualTo("no port (in use by 7)");
        assertThat(Failures.inOneLine(new IllegalStateException("no port: in use", new IOException("in use"))))
                .isEqualTo("no port: in use");
        assertThat(Failures.inOneLine(new NullPointerException())).isEqualTo("NullPointerException");
    }
}
