package io.couponrush.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TraceParentTest {
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String SPAN = "00f067aa0ba902b7";

    @Test
    void isReadAndWritten() {
        for (boolean sampled : new boolean[] {true, false}) {
            var parent = new TraceParent(TRACE, SPAN, sampled);
            assertThat(parent.text()).isEqualTo("00-" + TRACE + "-" + SPAN + (sampled ? "-01" : "-00"));
            assertThat(TraceParent.parse(parent.text())).isEqualTo(parent);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"03", "ff", "0b"})
    void onlyTheLastBitOfTheFlagsCounts(String flags) {
        assertThat(TraceParent.parse("00-" + TRACE + "-" + SPAN + "-" + flags))
                .extracting(TraceParent::sampled)
                .isEqualTo(true);
    }

    @Test
    void laterVersionsMaySayMore() {
        assertThat(TraceParent.parse("cc-" + TRACE + "-" + SPAN + "-01-what-comes"))
                .isNotNull();
        assertThat(TraceParent.parse("cc-" + TRACE + "-" + SPAN + "-01.what")).isNull();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "00",
                "ff-" + TRACE + "-" + SPAN + "-01",
                "0g-" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "-01-more",
                "00-" + TRACE + "-" + SPAN + "-0",
                "00-" + TRACE + "-" + SPAN + "-zz",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + SPAN + "-01",
                "00-00000000000000000000000000000000-" + SPAN + "-01",
                "00-" + TRACE + "-0000000000000000-01",
                "00_" + TRACE + "-" + SPAN + "-01",
                "00-" + TRACE + "_" + SPAN + "-01",
                "00-" + TRACE + "-" + SPAN + "_01",
                "00-" + TRACE + "'-" + SPAN + "-01",
                "00-\r\nX: y77b34da6a3ce929d0e0e4736-" + SPAN + "-01",
            })
    void isNotBelievedWhenItIsNone(String hostile) {
        assertThat(TraceParent.parse(hostile)).isNull();
    }
}
