package io.couponrush.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.password4j.Argon2Function;
import com.password4j.Password;
import com.password4j.types.Argon2;
import io.couponrush.http.Role;
import io.couponrush.testkit.Backends;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccountIT {
    private static final String PASSWORD = "correct horse battery";
    private static final String REGISTER = "/api/auth/register";
    private static final String LOGIN = "/api/auth/login";
    private static final String REFRESH = "/api/auth/refresh";
    private static final String LOGOUT = "/api/auth/logout";
    private static final String LOADTEST = "/api/loadtest/users";

    private static String database = "";
    private static AccountNode node;
    private static int people;

    private final String email = "ann" + ++people + "@example.org";

    @BeforeAll
    static void start() {
        database = Backends.shared().freshDatabase();
        var uri = URI.create(database);
        String[] user = (uri.getUserInfo() + ":").split(":", -1);
        Flyway.configure()
                .dataSource(
                        "jdbc:postgresql://" + uri.getAuthority().replaceAll(".*@", "") + uri.getPath(),
                        user[0],
                        user[1])
                .load()
                .migrate();
        node = new AccountNode(database, true);
    }

    @AfterAll
    static void stop() {
        node.close();
    }

    @Test
    void registersOnceWhateverTheSpelling() {
        var first = register(email.toUpperCase(Locale.ROOT), PASSWORD);
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.bodyAsJsonObject().getString("email")).isEqualTo(email);
        assertThat(first.bodyAsJsonObject().fieldNames()).containsExactlyInAnyOrder("userId", "email", "name");
        assertProblem(register(email, PASSWORD), 409, "EMAIL_ALREADY_EXISTS");
    }

    @Test
    void registersOneOfManyAtOnce() {
        var answers = atOnce(REGISTER, registration(email, PASSWORD), 10);
        assertThat(answers.stream().filter(a -> a.statusCode() == 201)).hasSize(1);
        assertThat(answers.stream().filter(a -> a.statusCode() == 409)).hasSize(9);
    }

    @ParameterizedTest
    @CsvSource({
        "not-an-email, correct horse battery, Ann, email",
        "a b@example.org, correct horse battery, Ann, email",
        "ann@example, correct horse battery, Ann, email",
        "annweak@example.org, password1234, Ann, password",
        "annweak@example.org, annweak@example.org, Ann, password",
        "annweak@example.org, correct horse battery, '  ', name"
    })
    void namesTheFieldThatIsWrong(String email, String password, String name, String field) {
        var answer = node.post(REGISTER, registration(email, password).put("name", name));
        assertProblem(answer, 400, "VALIDATION_FAILED");
        assertThat(answer.bodyAsJsonObject()
                        .getJsonArray("errors")
                        .getJsonObject(0)
                        .getString("field"))
                .isEqualTo(field);
    }

    @Test
    void signsInWithTokensOfTheContract() {
        long userId = register(email, PASSWORD).bodyAsJsonObject().getLong("userId");
        var answer = login(email, PASSWORD);
        var tokens = answer.bodyAsJsonObject();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.getHeader("Cache-Control")).isEqualTo("no-store");
        assertThat(tokens.fieldNames())
                .containsExactlyInAnyOrder("accessToken", "refreshToken", "tokenType", "expiresIn");
        assertThat(tokens.getString("tokenType")).isEqualTo("Bearer");
        assertThat(tokens.getInteger("expiresIn")).isEqualTo(900);
        assertThat(node.me(access(answer)).bodyAsJsonObject().getLong("userId")).isEqualTo(userId);
    }

    @Test
    void answersAWrongPasswordAndAnUnknownEmailAlike() {
        register(email, PASSWORD);
        var wrong = login(email, "another password");
        var unknown = login("nobody" + email, "another password");
        assertProblem(wrong, 401, "INVALID_CREDENTIALS");
        assertThat(shape(unknown)).isEqualTo(shape(wrong));
    }

    @Test
    void takesAsLongForAnUnknownEmailAsForAWrongPassword() {
        register(email, PASSWORD);
        login(email, "another password"); // warm
        long wrong = timed(() -> login(email, "another password"));
        long unknown = timed(() -> login("nobody" + email, "another password"));
        assertThat(unknown).isBetween(wrong / 3, wrong * 3);
    }

    @Test
    void locksAfterFiveFailuresWhetherThereIsAUserOrNot() {
        register(email, PASSWORD);
        for (String who : List.of(email, "nobody" + email)) {
            IntStream.range(0, 5)
                    .forEach(i -> assertProblem(login(who, "another password"), 401, "INVALID_CREDENTIALS"));
            var locked = login(who, PASSWORD);
            assertProblem(locked, 423, "ACCOUNT_LOCKED");
            assertThat(Integer.parseInt(locked.getHeader("Retry-After"))).isBetween(890, 900);
        }
    }

    @Test
    void opensTheLockAfterAQuarterOfAnHour() {
        register(email, PASSWORD);
        IntStream.range(0, 5).forEach(i -> login(email, "another password"));
        node.sql("update login_failures set last_at = last_at - interval '15 minutes 1 second'");
        assertThat(login(email, PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void startsCountingAnewAfterASuccess() {
        register(email, PASSWORD);
        IntStream.range(0, 4).forEach(i -> login(email, "another password"));
        assertThat(login(email, PASSWORD).statusCode()).isEqualTo(200);
        assertProblem(login(email, "another password"), 401, "INVALID_CREDENTIALS");
        assertThat(login(email, PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void letsNoMoreThanFiveGuessesCountWhenManyComeAtOnce() {
        register(email, PASSWORD);
        var answers = atOnce(LOGIN, credentials(email, "another password"), 20);
        assertThat(answers.stream().filter(a -> a.statusCode() == 401)).hasSize(5);
        assertThat(answers.stream().filter(a -> a.statusCode() == 423)).hasSize(15);
    }

    /** Other logins keep the hashing threads busy, so that the lock comes between the question and its answer. */
    @Test
    void refusesARightPasswordWhenTheLockCameWhileItWasChecked() {
        register(email, PASSWORD);
        var busy = Stream.generate(() -> node.posting(LOGIN, credentials("busy" + email, PASSWORD)))
                .limit(20)
                .toList();
        var right = node.posting(LOGIN, credentials(email, PASSWORD));
        await().pollDelay(Duration.ofMillis(150)).until(() -> true);
        assertThat(right.isComplete()).isFalse();
        node.sql("insert into login_failures values (sha256('" + email + "'::bytea), 5, clock_timestamp())");
        assertProblem(right.await(), 423, "ACCOUNT_LOCKED");
        assertThat(Future.all(busy).await().size()).isEqualTo(20);
    }

    @Test
    void letsManyRightPasswordsInAtOnce() {
        register(email, PASSWORD);
        assertThat(atOnce(LOGIN, credentials(email, PASSWORD), 10))
                .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
    }

    @Test
    void locksOnAllNodes() {
        register(email, PASSWORD);
        IntStream.range(0, 5).forEach(i -> login(email, "another password"));
        try (var other = new AccountNode(database, false)) {
            assertProblem(other.post(LOGIN, credentials(email, PASSWORD)), 423, "ACCOUNT_LOCKED");
        }
    }

    @Test
    void limitsEachAddress() {
        var body = credentials(email, "another password");
        var answers = IntStream.range(0, 4)
                .mapToObj(i -> node.postFrom(email, i % 2 == 0 ? LOGIN : REGISTER, body))
                .toList();
        assertThat(answers.subList(0, 3)).noneMatch(a -> a.statusCode() == 429);
        assertProblem(answers.get(3), 429, "RATE_LIMITED");
        assertThat(answers.get(3).getHeader("Retry-After")).isEqualTo("1");
    }

    @Test
    void renewsAHashOfOlderParameters() {
        register(email, PASSWORD);
        var older = Argon2Function.getInstance(256, 2, 1, 32, Argon2.ID);
        String hash = Password.hash(PASSWORD).addRandomSalt(16).with(older).getResult();
        node.sql("update users set password_hash = '" + hash + "' where email = '" + email + "'");
        assertThat(login(email, PASSWORD).statusCode()).isEqualTo(200);
        assertThat(passwordHash()).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
        assertThat(login(email, PASSWORD).statusCode()).isEqualTo(200);
    }

    @Test
    void tradesARefreshTokenOnce() {
        var first = signIn();
        var second = refresh(refreshToken(first));
        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(refreshToken(second)).isNotEqualTo(refreshToken(first));
        assertThat(node.me(access(first)).statusCode()).isEqualTo(200);
        assertThat(node.me(access(second)).statusCode()).isEqualTo(200);
        assertThat(refresh(refreshToken(second)).statusCode()).isEqualTo(200);
    }

    @Test
    void endsTheSessionWhenASpentTokenComesAgain() {
        var first = signIn();
        var second = refresh(refreshToken(first));
        assertProblem(refresh(refreshToken(first)), 401, "UNAUTHENTICATED");
        assertProblem(refresh(refreshToken(second)), 401, "UNAUTHENTICATED");
        assertProblem(node.me(access(second)), 401, "UNAUTHENTICATED");
    }

    @Test
    void letsOneOfManyUsesOfATokenWinAndEndsTheSession() {
        var first = signIn();
        var answers = atOnce(REFRESH, new JsonObject().put("refreshToken", refreshToken(first)), 10);
        var won = answers.stream().filter(a -> a.statusCode() == 200).toList();
        assertThat(won).hasSize(1);
        assertThat(answers.stream().filter(a -> a.statusCode() == 401)).hasSize(9);
        assertThat(refresh(refreshToken(won.get(0))).statusCode()).isEqualTo(401);
    }

    @Test
    void leavesOtherSessionsOfTheUserAlone() {
        var one = signIn();
        var other = login(email, PASSWORD);
        logout(refreshToken(one));
        assertThat(node.me(access(other)).statusCode()).isEqualTo(200);
        assertThat(refresh(refreshToken(other)).statusCode()).isEqualTo(200);
    }

    @Test
    void refusesRefreshTokensItNeverGave() {
        signIn();
        var strange = Stream.of("x", RefreshToken.first().text(), "A".repeat(64), "é".repeat(64));
        assertThat(strange.map(AccountIT::refresh)).allSatisfy(a -> assertProblem(a, 401, "UNAUTHENTICATED"));
    }

    @Test
    void refusesARefreshTokenPastItsTime() {
        var tokens = signIn();
        node.sql("update sessions set expires_at = clock_timestamp()");
        assertProblem(refresh(refreshToken(tokens)), 401, "UNAUTHENTICATED");
    }

    @Test
    void killsBothTokensAtOnceOnLogout() {
        var tokens = signIn();
        assertThat(node.me(access(tokens)).statusCode()).isEqualTo(200);
        assertThat(logout(refreshToken(tokens)).statusCode()).isEqualTo(204);
        assertProblem(node.me(access(tokens)), 401, "UNAUTHENTICATED");
        assertProblem(refresh(refreshToken(tokens)), 401, "UNAUTHENTICATED");
        assertThat(logout(refreshToken(tokens)).statusCode()).isEqualTo(204);
    }

    @Test
    void killsTheAccessTokenOnNodesThatTheBusDoesNotReach() {
        var tokens = signIn();
        try (var other = new AccountNode(database, false)) {
            assertThat(other.me(access(tokens)).statusCode()).isEqualTo(200);
            logout(refreshToken(tokens));
            await().atMost(Duration.ofMillis(1500))
                    .until(() -> other.me(access(tokens)).statusCode() == 401);
        }
    }

    @Test
    void knowsWhatEndedBeforeANodeStarted() {
        var tokens = signIn();
        logout(refreshToken(tokens));
        node.sql("update sessions set revoked_at = revoked_at - interval '14 minutes' where revoked_at is not null");
        try (var late = new AccountNode(database, false)) {
            assertThat(late.me(access(tokens)).statusCode()).isEqualTo(401);
        }
    }

    @Test
    void storesNothingThatSignsIn() {
        var tokens = signIn();
        String rows = node.sql("select string_agg(u::text || s::text, ' ') as rows from users u, sessions s")
                .iterator()
                .next()
                .getString("rows");
        assertThat(rows).doesNotContain(PASSWORD).doesNotContain(refreshToken(tokens));
    }

    @Test
    void showsAndChangesTheName() {
        String token = access(signIn());
        assertThat(node.me(token).bodyAsJsonObject().getString("name")).isEqualTo("Ann");
        var renamed = node.rename(token, new JsonObject().put("name", " Änne "));
        assertThat(renamed.bodyAsJsonObject().getString("name")).isEqualTo("Änne");
        assertThat(node.me(token).bodyAsJsonObject().getString("name")).isEqualTo("Änne");
        assertProblem(node.rename(token, new JsonObject().put("name", "a\u0007b")), 400, "VALIDATION_FAILED");
        assertProblem(node.me("no token"), 401, "UNAUTHENTICATED");
    }

    @Test
    void makesTheFirstAdminOnceAndLeavesItsPassword() {
        assertThat(login("boss@example.org", "boss knows it all").statusCode()).isEqualTo(200);
        long boss = node.accounts
                .ensureUser("Boss@example.org", "another password", "Other", Role.USER)
                .await();
        var tokens = login("boss@example.org", "boss knows it all");
        var profile = node.me(access(tokens)).bodyAsJsonObject();
        assertThat(profile.getLong("userId")).isEqualTo(boss);
        assertThat(profile.getString("role")).isEqualTo("ADMIN");
    }

    @Test
    void makesUsersForRehearsals() {
        var answer = node.post(LOADTEST, new JsonObject().put("count", 1234));
        assertThat(answer.getHeader("Content-Type")).startsWith("text/csv");
        List<String> lines = answer.bodyAsString().lines().toList();
        var ids = new HashSet<>(
                lines.stream().map(line -> line.substring(0, line.indexOf(','))).toList());
        assertThat(ids).hasSize(1234);
        String last = lines.get(1233);
        var profile = node.me(last.substring(last.indexOf(',') + 1)).bodyAsJsonObject();
        assertThat(profile.getLong("userId")).isEqualTo(Long.parseLong(last.substring(0, last.indexOf(','))));
        assertProblem(login(profile.getString("email"), ""), 400, "VALIDATION_FAILED");
        assertProblem(login(profile.getString("email"), PASSWORD), 401, "INVALID_CREDENTIALS");
    }

    @Test
    void makesNoMoreUsersThanItMay() {
        assertProblem(node.post(LOADTEST, new JsonObject().put("count", 0)), 400, "VALIDATION_FAILED");
        assertProblem(node.post(LOADTEST, new JsonObject().put("count", 100_001)), 400, "VALIDATION_FAILED");
    }

    @Test
    void hasNoRehearsalsUnlessTheyAreOpened() {
        try (var closed = new AccountNode(database, false)) {
            assertThat(closed.post(LOADTEST, new JsonObject().put("count", 1)).statusCode())
                    .isEqualTo(404);
        }
    }

    @CanIgnoreReturnValue
    private HttpResponse<Buffer> signIn() {
        register(email, PASSWORD);
        return login(email, PASSWORD);
    }

    private static JsonObject registration(String email, String password) {
        return credentials(email, password).put("name", "Ann");
    }

    private static JsonObject credentials(String email, String password) {
        return new JsonObject().put("email", email).put("password", password);
    }

    @CanIgnoreReturnValue
    private static HttpResponse<Buffer> register(String email, String password) {
        return node.post(REGISTER, registration(email, password));
    }

    @CanIgnoreReturnValue
    private static HttpResponse<Buffer> login(String email, String password) {
        return node.post(LOGIN, credentials(email, password));
    }

    private static HttpResponse<Buffer> refresh(String refreshToken) {
        return node.post(REFRESH, new JsonObject().put("refreshToken", refreshToken));
    }

    @CanIgnoreReturnValue
    private static HttpResponse<Buffer> logout(String refreshToken) {
        return node.post(LOGOUT, new JsonObject().put("refreshToken", refreshToken));
    }

    private static List<HttpResponse<Buffer>> atOnce(String path, JsonObject body, int times) {
        var asked = Stream.generate(() -> node.posting(path, body)).limit(times).toList();
        return Future.all(asked).await().list();
    }

    private static String access(HttpResponse<Buffer> tokens) {
        return tokens.bodyAsJsonObject().getString("accessToken");
    }

    private static String refreshToken(HttpResponse<Buffer> tokens) {
        return tokens.bodyAsJsonObject().getString("refreshToken");
    }

    private String passwordHash() {
        return node.sql("select password_hash from users where email = '" + email + "'")
                .iterator()
                .next()
                .getString("password_hash");
    }

    private static void assertProblem(HttpResponse<Buffer> answer, int status, String code) {
        assertThat(answer.bodyAsString()).contains("\"code\":\"" + code + "\"");
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.getHeader("Content-Type")).isEqualTo("application/problem+json");
    }

    private static List<Object> shape(HttpResponse<Buffer> answer) {
        return List.of(answer.statusCode(), List.copyOf(answer.headers().names()), answer.bodyAsJsonObject());
    }

    private static long timed(Runnable work) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            work.run();
            best = Math.min(best, System.nanoTime() - start);
        }
        return best;
    }
}
