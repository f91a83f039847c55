package io.couponrush.account;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.http.Answer;
import io.couponrush.http.ProblemCode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PasswordsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Passwords passwords = new Passwords(vertx, System::nanoTime);

    @AfterEach
    void close() {
        vertx.close().await();
    }

    @Test
    void makesPhcStringsThatOnlyTheirPasswordFits() {
        String hash = given(passwords.hash("blåbær syltetøy"));
        assertThat(hash).matches("\\$argon2id\\$v=19\\$m=19456,t=2,p=1\\$[A-Za-z0-9+/]{22}\\$[A-Za-z0-9+/]{43}");
        assertThat(given(passwords.verify("blåbær syltetøy", hash))).isTrue();
        assertThat(given(passwords.verify("blåbær syltetøY", hash))).isFalse();
    }

    @Test
    void saltsEachHash() {
        assertThat(given(passwords.hash("same password"))).isNotEqualTo(given(passwords.hash("same password")));
    }

    /** Made by the reference implementation: argon2 -id -t 2 -k 19456 -p 1. */
    @Test
    void readsHashesOfOtherParameters() {
        String weaker = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assertThat(given(passwords.verify("password", weaker))).isTrue();
        assertThat(Passwords.outdated(weaker)).isTrue();
    }

    @Test
    void hashesForNobodyWithTheParametersOfToday() {
        assertThat(Passwords.outdated(Passwords.NOBODY)).isFalse();
        assertThat(given(passwords.verify("", null))).isFalse();
    }

    @Test
    void refusesAtOnceWhenTooManyWait() {
        var timeless = new Passwords(vertx, () -> 0);
        List<Future<Answer<Boolean>>> all =
                Stream.generate(() -> timeless.verify("any", null)).limit(200).toList();
        List<Answer<Boolean>> answers = Future.all(all).await().list();
        assertThat(answers.stream().filter(Answer.Given.class::isInstance)).hasSizeGreaterThanOrEqualTo(64);
        assertThat(answers.stream().filter(Answer.Denied.class::isInstance))
                .isNotEmpty()
                .allSatisfy(PasswordsTest::isOverloaded);
        assertThat(given(timeless.verify("any", null))).isFalse();
    }

    @Test
    void hashesForNobodyWhoWaitedTooLong() {
        var seconds = new AtomicInteger();
        var late = new Passwords(vertx, () -> TimeUnit.SECONDS.toNanos(seconds.getAndAdd(6)));
        isOverloaded(late.verify("any", null).await());
        var soon = new Passwords(vertx, () -> TimeUnit.SECONDS.toNanos(seconds.getAndAdd(5)));
        assertThat(given(soon.verify("", null))).isFalse();
    }

    private static void isOverloaded(Answer<Boolean> answer) {
        var problem = ((Answer.Denied<Boolean>) answer).problem();
        assertThat(problem.code()).isEqualTo(ProblemCode.OVERLOADED);
        assertThat(problem.headers()).containsKey("Retry-After");
    }

    private static <T> T given(Future<Answer<T>> answer) {
        return ((Answer.Given<T>) answer.await()).value();
    }
}
