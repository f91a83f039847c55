package io.couponrush.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsLoaderTest {
    private static final String GOOD_SECRET = "q3JmZr8Xw1Lk0PzVt6Ns4HbYd9Gc2FaE7uQo";

    private final Path directory;

    SettingsLoaderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void takesTheDefaultsWhenNobodySetsAnything() {
        Settings settings = dev(Map.of());
        assertThat(settings.http().port()).isEqualTo(8080);
        assertThat(settings.dataDir()).isEqualTo(Path.of(".couponrush"));
        assertThat(settings.roles()).isEqualTo(Set.of(Settings.Role.values()));
        assertThat(settings.issuance().leaseTtl()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.http().corsOrigins()).isEmpty();
        assertThat(settings.postgres().uri()).isNull();
    }

    @Test
    void knowsOtherDefaultsForDevAndServe() {
        Settings dev = dev(Map.of());
        assertThat(dev.http().host()).isEqualTo("127.0.0.1");
        assertThat(dev.cluster().enabled()).isFalse();
        assertThat(dev.loadtest().enabled()).isTrue();
        Settings serve =
                SettingsLoader.read(Profile.SERVE, complete(), directory).settings();
        assertThat(serve.http().host()).isEqualTo("0.0.0.0");
        assertThat(serve.cluster().enabled()).isTrue();
        assertThat(serve.loadtest().enabled()).isFalse();
    }

    @Test
    void namesKeysInTheEnvironmentByRule() {
        assertThat(Key.all())
                .extracting(Key::env)
                .contains(
                        "COUPONRUSH_HTTP_PORT",
                        "COUPONRUSH_ISSUANCE_LEASE_TTL",
                        "COUPONRUSH_DATA_DIR",
                        "COUPONRUSH_BOOTSTRAP_ADMIN_EMAIL",
                        "COUPONRUSH_HTTP_CORS_ORIGINS")
                .doesNotHaveDuplicates();
    }

    @Test
    void believesTheEnvironmentThenTheFileThenTheDefault() throws IOException {
        write("conf/couponrush.yaml", "http: {port: 1, host: 127.0.0.2}\nroles: [http]\n");
        Settings settings = dev(Map.of("COUPONRUSH_HTTP_PORT", "2"));
        assertThat(settings.http().port()).isEqualTo(2);
        assertThat(settings.http().host()).isEqualTo("127.0.0.2");
        assertThat(settings.roles()).containsExactly(Settings.Role.HTTP);
        assertThat(settings.http().drain()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void readsTheFileThatIsNamedInsteadOfTheUsualOne() throws IOException {
        write("conf/couponrush.yaml", "http: {port: 1}\n");
        String other = write("other.yaml", "http: {host: 127.0.0.3}\njwt:\n");
        Settings settings = dev(Map.of("COUPONRUSH_CONFIG", other));
        assertThat(settings.http().port()).isEqualTo(8080);
        assertThat(settings.http().host()).isEqualTo("127.0.0.3");
    }

    @Test
    void tellsEveryMistakeAtOnce() throws IOException {
        write("conf/couponrush.yaml", "http: {prot: 1}\nissuance: {batchMax: 0, deadline: soon}\n");
        Map<String, String> env = new HashMap<>();
        env.put("COUPONRUSH_HTTP_PORT", "80a");
        env.put("COUPONRUSH_HTTP_IDLE_TIMEOUT", "0s");
        env.put("COUPONRUSH_HTTP_CORS_ORIGINS", "https://shop.example, shop.example,*");
        env.put("COUPONRUSH_HTTP_TRUSTED_PROXIES", "10.0.0.0/8,10.0.0.0/33");
        env.put("COUPONRUSH_HTPP_PORT", "1");
        env.put("COUPONRUSH_ROLES", "");
        env.put("COUPONRUSH_CLUSTER_ENABLED", "yes");
        env.put("COUPONRUSH_CLUSTER_HOST", "8.8.8.8");
        env.put("COUPONRUSH_BOOTSTRAP_ADMIN_EMAIL", "a@b.example");
        env.put("COUPONRUSH_JWT_SECRET", "short");
        env.put("COUPONRUSH_REDIS_EVAL_TIMEOUT", "20m");
        env.put("COUPONRUSH_LIMITS_TABLE_SIZE", "99999999999");
        assertThat(mistakes(Profile.DEV, env).lines())
                .containsExactlyInAnyOrder(
                        "bad settings:",
                        "  http.prot: no such setting (in " + directory.resolve("conf/couponrush.yaml") + ")",
                        "  COUPONRUSH_HTPP_PORT: no such setting (in the environment)",
                        "  http.port: \"80a\" is not a whole number",
                        "  http.idleTimeout: must be longer than 0",
                        "  http.corsOrigins: \"shop.example\" is not an origin like https://shop.example",
                        "  http.corsOrigins: \"*\" is not an origin like https://shop.example",
                        "  http.trustedProxies: \"10.0.0.0/33\" is neither an address nor a CIDR block",
                        "  issuance.deadline: \"soon\" is not a duration like 300ms, 5s, 15m, 12h or 30d",
                        "  issuance.batchMax: 0 is not within 1..256",
                        "  roles: names none",
                        "  cluster.enabled: \"yes\" is neither true nor false",
                        "  cluster.host: \"8.8.8.8\" is not a private address",
                        "  bootstrapAdmin.password: is missing beside bootstrapAdmin.email",
                        "  jwt.secret: is shorter than 32 bytes",
                        "  limits.tableSize: \"99999999999\" is too large");
    }

    @ParameterizedTest
    @CsvSource({
        "COUPONRUSH_HTTP_PORT, 65536, http.port: 65536 is not within 0..65535",
        "COUPONRUSH_HTTP_TLS_KEY, key.pem, http.tls.certificate: is missing beside http.tls.key",
        "COUPONRUSH_HTTP_TLS_CERTIFICATE, it.pem, http.tls.key: is missing beside http.tls.certificate",
        "COUPONRUSH_HTTP_TLS_RELOAD, 0s, http.tls.reload: must be longer than 0",
        "COUPONRUSH_MANAGEMENT_PORT, 8080, management.port: is http.port",
        "COUPONRUSH_MANAGEMENT_PORT, 65536, management.port: 65536 is not within 0..65535",
        "COUPONRUSH_ISSUANCE_DEADLINE, 10s, issuance.deadline: must be shorter than issuance.leaseTtl",
        "COUPONRUSH_REDIS_EVAL_TIMEOUT, 3s, redis.evalTimeout: must be shorter than issuance.deadline",
        "COUPONRUSH_POSTGRES_LOCK_TIMEOUT, 2s, postgres.lockTimeout: must be shorter than postgres.statementTimeout",
        "COUPONRUSH_LIMITS_ISSUE_BURST, 0, limits.issueBurst: 0 is less than 1",
        "COUPONRUSH_REDIS_URI, http://localhost, redis.uri: does not start with redis:// or rediss://",
        "COUPONRUSH_CLUSTER_HOST, 0.0.0.0, 'cluster.host: \"0.0.0.0\" is not a private address'",
        "COUPONRUSH_CLUSTER_MEMBERS, 'a:1,b c', 'cluster.members: \"b c\" is not host:port'",
        "COUPONRUSH_CLUSTER_PORT, 0, cluster.port: 0 is not within 1..65516",
        "COUPONRUSH_ISSUANCE_REMOTE, true, issuance.remote: needs cluster.enabled",
        "COUPONRUSH_SECOND_FACTOR_ROLES, 'STAFF,USER', 'secondFactor.roles: \"USER\" is neither STAFF nor ADMIN'",
        "COUPONRUSH_ROLES, 'http,web', 'roles: \"web\" is not http, issuance or notification'",
    })
    void refusesWhatIsOutOfRange(String name, String value, String mistake) {
        assertThat(mistakes(Profile.DEV, Map.of(name, value))).isEqualTo("bad settings:\n  " + mistake);
    }

    @Test
    void asksForAllOfTheBusCertificates() {
        assertThat(mistakes(Profile.DEV, Map.of("COUPONRUSH_CLUSTER_BUS_TLS_KEY", "key.pem"))
                        .lines())
                .containsExactlyInAnyOrder(
                        "bad settings:",
                        "  cluster.busTls.certificate: is missing",
                        "  cluster.busTls.authority: is missing");
    }

    @Test
    void readsASecretFromAFileAndCutsTheLastNewline() throws IOException {
        String file = write("secret", GOOD_SECRET + "\n");
        Settings settings = dev(Map.of("COUPONRUSH_JWT_SECRET_FILE", file));
        assertThat(settings.jwt().secret()).isEqualTo(new Secret(GOOD_SECRET));
    }

    @Test
    void refusesASecretThatIsSetTwiceOrWhoseFileIsNotThere() throws IOException {
        String file = write("secret", GOOD_SECRET);
        Map<String, String> env = Map.of(
                "COUPONRUSH_JWT_SECRET", GOOD_SECRET,
                "COUPONRUSH_JWT_SECRET_FILE", file,
                "COUPONRUSH_REDIS_URI_FILE", directory + "/none",
                "COUPONRUSH_HTTP_PORT_FILE", file);
        assertThat(mistakes(Profile.DEV, env).lines())
                .containsExactlyInAnyOrder(
                        "bad settings:",
                        "  jwt.secret: both COUPONRUSH_JWT_SECRET and COUPONRUSH_JWT_SECRET_FILE are set",
                        "  redis.uri: COUPONRUSH_REDIS_URI_FILE names a file that cannot be read: " + directory
                                + "/none",
                        "  COUPONRUSH_HTTP_PORT_FILE: no such setting (in the environment)");
    }

    @Test
    void refusesAFileThatIsMissingOrBrokenOrSaysAThingTwice() throws IOException {
        assertThat(mistakes(Profile.DEV, Map.of("COUPONRUSH_CONFIG", "none.yaml")))
                .contains("none.yaml: cannot be read");
        for (String bad : List.of("http: {port: 1", "http: {port: 1}\nhttp: {port: 2}", "- a", "8080")) {
            String file = write("bad.yaml", bad);
            assertThat(mistakes(Profile.DEV, Map.of("COUPONRUSH_CONFIG", file))).contains(file + ": is not");
        }
    }

    @Test
    void takesAnEmptyVariableAsNotSet() {
        Settings settings = dev(Map.of("COUPONRUSH_POSTGRES_URI", "", "COUPONRUSH_HTTP_PORT", " "));
        assertThat(settings.postgres().uri()).isNull();
        assertThat(settings.http().port()).isEqualTo(8080);
    }

    @Test
    void letsForeignNamesBe() {
        assertThat(dev(Map.of(
                        "COUPONRUSH_TEST_SLOW", "1",
                        "COUPONRUSH_SERVICE_HOST", "10.0.0.1",
                        "COUPONRUSH_SERVICE_PORT_HTTP", "80",
                        "COUPONRUSH_PORT", "tcp://10.0.0.1:80",
                        "COUPONRUSH_PORT_80_TCP_ADDR", "10.0.0.1")))
                .isNotNull();
    }

    @Test
    void neverPrintsASecret() throws IOException {
        String canary = "canary-in-the-coal-mine";
        write(
                "conf/couponrush.yaml",
                "jwt: {secret: %1$s}\nrabbitmq: {uri: 'nothing:%1$s'}\njwtt: %1$s\n".formatted(canary));
        Map<String, String> env = Map.of(
                "COUPONRUSH_POSTGRES_URI",
                "postgresql://app:" + canary + "#^@db/app",
                "COUPONRUSH_REDIS_URI",
                "redis://:" + canary + " @cache",
                "COUPONRUSH_BOOTSTRAP_ADMIN_PASSWORD",
                canary,
                "COUPONRUSH_UNKNOWN",
                canary);
        SettingsLoader loader = SettingsLoader.read(Profile.SERVE, env, directory);
        BadSettings bad = catchThrowableOfType(BadSettings.class, loader::settings);
        assertThat(bad).hasNoCause().hasMessageContaining("redis.uri: is not a URI");
        assertThat(bad.getMessage() + loader.describe()).doesNotContain(canary);
        assertThat(dev(Map.of("COUPONRUSH_JWT_SECRET", GOOD_SECRET, "COUPONRUSH_CONFIG", write("empty.yaml", "")))
                        .toString())
                .doesNotContain(GOOD_SECRET);
    }

    @Test
    void describesEveryKeyWithItsSource() throws IOException {
        write("conf/couponrush.yaml", "http: {host: 127.0.0.2}\n");
        Map<String, String> env = Map.of(
                "COUPONRUSH_HTTP_PORT", "2",
                "COUPONRUSH_JWT_SECRET_FILE", write("secret", GOOD_SECRET),
                "COUPONRUSH_REDIS_URI", "redis://localhost");
        String table = SettingsLoader.read(Profile.DEV, env, directory).describe();
        assertThat(table.lines().map(line -> line.replaceAll(" +", " ")))
                .hasSize(Key.all().size())
                .contains(
                        "http.port env 2",
                        "http.host file 127.0.0.2",
                        "http.drain default 10s",
                        "jwt.secret file-secret ****",
                        "redis.uri env ****",
                        "postgres.uri default -");
    }

    @Test
    void serveAsksForEverythingItNeeds() {
        assertThat(mistakes(Profile.SERVE, Map.of("COUPONRUSH_HTTP_PORT", "x")).lines())
                .containsExactlyInAnyOrder(
                        "bad settings:",
                        "  http.port: \"x\" is not a whole number",
                        "  postgres.uri: is required by serve",
                        "  redis.uri: is required by serve",
                        "  rabbitmq.uri: is required by serve",
                        "  jwt.secret: is required by serve");
    }

    @ParameterizedTest
    @CsvSource({
        "COUPONRUSH_POSTGRES_URI, postgresql://postgres@db/app, postgres.uri: has the default credentials of Postgres",
        "COUPONRUSH_POSTGRES_URI, postgresql://postgres:@db/app, postgres.uri: has the default credentials of Postgres",
        "COUPONRUSH_POSTGRES_URI, postgresql://postgres:postgres@db, postgres.uri: has the default credentials of Postgres",
        "COUPONRUSH_POSTGRES_URI, postgresql://db/app, postgres.uri: names no user",
        "COUPONRUSH_REDIS_URI, redis://cache, 'redis.uri: has no password, and is not on loopback'",
        "COUPONRUSH_REDIS_URI, redis://127.0.0.1.evil.example, 'redis.uri: has no password, and is not on loopback'",
        "COUPONRUSH_RABBITMQ_URI, amqp://guest:guest@mq, rabbitmq.uri: has the default credentials of RabbitMQ",
        "COUPONRUSH_RABBITMQ_URI, amqp://%67uest:guest@mq, rabbitmq.uri: has the default credentials of RabbitMQ",
        "COUPONRUSH_RABBITMQ_URI, amqp://mq, rabbitmq.uri: has the default credentials of RabbitMQ",
        "COUPONRUSH_JWT_SECRET, 0123456789012345678901234567890123456789, jwt.secret: can be guessed; make one with: openssl rand -base64 48",
    })
    void serveRefusesWhatEverybodyKnows(String name, String value, String mistake) {
        Map<String, String> env = complete();
        env.put(name, value);
        assertThat(mistakes(Profile.SERVE, env)).isEqualTo("bad settings:\n  " + mistake);
    }

    @ParameterizedTest
    @CsvSource({
        "COUPONRUSH_REDIS_URI, redis://localhost:6379/1",
        "COUPONRUSH_REDIS_URI, redis://[::1]",
        "COUPONRUSH_REDIS_URI, rediss://:pw@cache",
        "COUPONRUSH_POSTGRES_URI, postgres://postgres:long-and-own@db:5432/app?sslmode=require",
        "COUPONRUSH_RABBITMQ_URI, amqps://guest:own@mq:5671/%2F",
    })
    void serveTakesWhatIsOnesOwn(String name, String value) {
        Map<String, String> env = complete();
        env.put(name, value);
        assertThat(SettingsLoader.read(Profile.SERVE, env, directory).settings())
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "changemechangemechangemechangeme",
                "ChangeMe-Secret-Password-Default-Example-Key",
                "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "abcdefghijklabcdefghijklabcdefghijkl",
                "this-is-your-jwt-secret-please-change-it",
            })
    void findsWeakSecrets(String secret) {
        assertThat(ServeRules.isWeak(secret)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                GOOD_SECRET,
                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
                "correct horse battery staple, and a goose"
            })
    void takesSecretsThatNobodyCanGuess(String secret) {
        assertThat(ServeRules.isWeak(secret)).isFalse();
    }

    private Settings dev(Map<String, String> env) {
        return SettingsLoader.read(Profile.DEV, env, directory).settings();
    }

    private String mistakes(Profile profile, Map<String, String> env) {
        SettingsLoader loader = SettingsLoader.read(profile, env, directory);
        return String.valueOf(
                catchThrowableOfType(BadSettings.class, loader::settings).getMessage());
    }

    @CanIgnoreReturnValue
    private String write(String name, String text) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text).toString();
    }

    private static Map<String, String> complete() {
        return new HashMap<>(Map.of(
                "COUPONRUSH_POSTGRES_URI", "postgresql://app:pw@db/app",
                "COUPONRUSH_REDIS_URI", "redis://:pw@cache",
                "COUPONRUSH_RABBITMQ_URI", "amqp://app:pw@mq",
                "COUPONRUSH_JWT_SECRET", GOOD_SECRET));
    }
}
