package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Described;
import io.vertx.core.buffer.Buffer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the document shows as a body is one. */
class ContractExamplesTest {
    private final Contract contract = new Contract();

    static Stream<Described> bodies() {
        return Described.all().stream().filter(described -> described.body() != null);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void everyBodyHasAnExampleThatIsValid(Described described) {
        assertThat(described.example().isObject()).as("an example").isTrue();
        assertThat(contract.checker(described.schema())
                        .check(Buffer.buffer(described.example().toString())))
                .isInstanceOf(Answer.Given.class);
    }
}
