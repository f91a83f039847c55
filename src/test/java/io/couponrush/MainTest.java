package io.couponrush;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void saysWhichCommandsThereAreWithoutOne() {
        assertThat(run(Map.of())).isEqualTo(2);
        assertThat(err.toString()).contains("dev", "serve", "migrate", "config", "doctor");
        assertThat(out.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"sevre", "--prot", "config --for=prod", "serve now"})
    void refusesArgumentsItDoesNotKnow(String line) {
        assertThat(run(Map.of(), line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "--version", "dev --help", "serve --help", "config --for DEV"})
    void answersQuestionsWithSuccess(String line) {
        assertThat(run(Map.of(), line.split(" "))).isZero();
        assertThat(out.toString()).isNotBlank();
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void serveTellsEverythingThatIsMissing() {
        assertThat(run(Map.of(), "serve")).isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "bad settings:",
                        "  postgres.uri: is required by serve",
                        "  redis.uri: is required by serve",
                        "  rabbitmq.uri: is required by serve",
                        "  jwt.secret: is required by serve");
    }

    @ParameterizedTest
    @CsvSource({"dev", "serve", "migrate", "config"})
    void refusesBadSettingsBeforeItDoesAnything(String command) {
        assertThat(run(Map.of("COUPONRUSH_HTTP_PORT", "80a"), command)).isEqualTo(2);
        assertThat(err.toString()).startsWith("bad settings:\n  http.port: \"80a\" is not a whole number\n");
    }

    @Test
    void migrateAsksForADatabase() {
        assertThat(run(Map.of(), "migrate")).isEqualTo(2);
        assertThat(err.toString()).contains("postgres.uri: is required by migrate");
    }

    @Test
    void configPrintsWhatIsInEffectBeforeTheMistakes() {
        String secret = "0123456789012345678901234567890123456789";
        assertThat(run(Map.of("COUPONRUSH_JWT_SECRET", secret), "config")).isEqualTo(2);
        assertThat(out.toString()).containsPattern("jwt\\.secret +env +\\*{4}\n");
        assertThat(err.toString()).contains("jwt.secret: can be guessed").doesNotContain(secret);
    }

    @Test
    void doctorFailsWhenAServerIsOutOfReach() {
        Map<String, String> env = Map.of(
                "COUPONRUSH_POSTGRES_URI", "postgresql://app:canary@127.0.0.1:1/app",
                "COUPONRUSH_REDIS_URI", "redis://:canary@127.0.0.1:1",
                "COUPONRUSH_RABBITMQ_URI", "amqp://app:canary@127.0.0.1:1",
                "COUPONRUSH_HTTP_PORT", "0");
        assertThat(run(env, "doctor", "--for", "dev")).isEqualTo(1);
        assertThat(out.toString())
                .contains(
                        "OK   settings\n",
                        "FAIL Postgres at 127.0.0.1:1",
                        "FAIL Redis at 127.0.0.1:1",
                        "FAIL RabbitMQ at 127.0.0.1:1",
                        "OK   HTTP: 127.0.0.1:0 is free\n")
                .doesNotContain("canary");
    }

    private int run(Map<String, String> env, String... arguments) {
        World world = new World(env, new PrintWriter(out, true), new PrintWriter(err, true));
        return Main.commandLine(world).execute(arguments);
    }
}
