package io.couponrush.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ProblemTest {
    @ParameterizedTest
    @EnumSource
    void saysTheSameThroughTheShortWay(ProblemCode code) {
        Problem problem = Problem.of(code);
        assertThat(new JsonObject(problem.plainBody("id-1"))).isEqualTo(problem.body("id-1"));
    }
}
