package io.couponrush.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.InstalledPostgres;
import io.couponrush.testkit.PrivateRedis;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of {@code docs/backup.md}, while a node runs and Redis remembers more than what is restored. */
class RestoreRehearsalIT {
    private static final Path PAGE = Path.of("docs", "backup.md");
    private static final int USERS = 300;
    private static final int PATIENCE_S = 60;

    @TempDir
    Path directory;

    /** What a rehearsal works on. */
    private record Stage(InstalledPostgres postgres, RunningService service) {
        void does(String step) {
            postgres.runs(commands(step));
        }
    }

    private interface Rehearsal {
        void on(Stage stage);
    }

    @Test
    void aDumpIsRestored() {
        onStage(RestoreRehearsalIT::dumpAndRestore);
    }

    private static void dumpAndRestore(Stage stage) {
        var service = stage.service();
        long sale = service.staff().opens(Sale.of(1_000).perUser(2));
        long small = service.staff().opens(Sale.of(100));
        var callers = service.callers(USERS);
        var presses = callers.presses(sale, 2);
        Answers before = callers.insist(callers.press(presses.subList(0, 200)), PATIENCE_S);
        callers.press(callers.presses(small, 1).subList(0, 50));
        var signedInBefore = service.staff().web();
        stage.does("dump");

        long gone = service.staff().opens(Sale.of(10));
        Answers forgotten = callers.insist(callers.press(presses.subList(200, 400)), PATIENCE_S);
        assertThat(callers.allClaim(small).tally()).containsKey("COUPON_SOLD_OUT");
        assertThat(before.and(forgotten).coupons()).hasSize(400);

        long lost = System.nanoTime();
        stage.does("restore");
        stage.does("swap");
        Answers after = callers.insist(callers.press(presses.subList(400, 600)), PATIENCE_S);
        double recovery = secondsToTheFirst(after, lost);
        assertThat(after.coupons()).hasSize(200);
        assertThat(callers.press(List.of(callers.one().claims(gone))).tally()).containsOnlyKeys("EVENT_NOT_FOUND");

        fits(stage, sale, before.and(after), 400);
        assertThat(signedInBefore.get("/api/users/me").code()).isEqualTo("UNAUTHENTICATED");
        assertThat(service.callers(1).one().userId())
                .as("no number of a lost user")
                .isGreaterThan(1_000_000);
        stage.does("republish");
        double sells = sellsAgain(stage, small, lost);
        say(
                "dump: 200 coupons forgotten, first coupon after %.1f s, what was sold out sells after %.1f s",
                recovery, sells);
    }

    /** Redis believes that it is sold out; in the backup it is not. */
    private static double sellsAgain(Stage stage, long small, long since) {
        var others = stage.service().callers(200);
        await().atMost(Duration.ofSeconds(PATIENCE_S))
                .until(() -> !others.press(List.of(others.one().claims(small)))
                        .issued()
                        .isEmpty());
        double seconds = (System.nanoTime() - since) / 1e9;
        others.insist(others.allClaim(small), PATIENCE_S);
        var book = stage.service().books().of(small);
        assertThat(book.rows()).as("never more than the stock").hasSize(100);
        assertThat(book.mistakes()).isEmpty();
        return seconds;
    }

    @Test
    void theServerIsRestoredToAMomentAndThenToTheLast() {
        onStage(RestoreRehearsalIT::pointInTime);
    }

    private static void pointInTime(Stage stage) {
        var service = stage.service();
        stage.does("archive");
        long sale = service.staff().opens(Sale.of(1_000).perUser(2));
        var callers = service.callers(USERS);
        var presses = callers.presses(sale, 2);
        Answers answers = callers.insist(callers.press(presses.subList(0, 100)), PATIENCE_S);
        stage.does("base");
        answers = answers.and(callers.insist(callers.press(presses.subList(100, 300)), PATIENCE_S));

        Instant until = Instant.now();
        stage.postgres().runs("psql -c 'delete from user_coupons'");
        long mistake = System.nanoTime();
        stage.does("last");
        stage.postgres()
                .runs(commands("recover"), Map.of("UNTIL", until.toString().replace("Z", "+00")));
        Answers afterMistake = callers.insist(callers.press(presses.subList(300, 450)), PATIENCE_S);
        answers = answers.and(afterMistake);
        fits(stage, sale, answers, 450);

        stage.does("last");
        long lost = System.nanoTime();
        stage.postgres().runs("pg_ctl stop -m immediate");
        stage.postgres().runs(commands("recover"), Map.of("UNTIL", ""));
        Answers afterLoss = callers.insist(callers.press(presses.subList(450, 600)), PATIENCE_S);
        answers = answers.and(afterLoss);
        fits(stage, sale, answers, 600);
        say(
                "archive: nothing forgotten, first coupon after %.1f s (to a moment) and %.1f s (to the last)",
                secondsToTheFirst(afterMistake, mistake), secondsToTheFirst(afterLoss, lost));
    }

    /** Whoever was told of a coupon that is in the backup, or since, has it; Redis is as Postgres says. */
    private static void fits(Stage stage, long sale, Answers answers, int coupons) {
        var books = stage.service().books();
        var book = books.of(sale);
        assertThat(answers.coupons()).as("%s", answers.tally()).hasSize(coupons);
        assertThat(book.issued()).isEqualTo(coupons);
        assertThat(book.mistakes()).isEmpty();
        assertThat(answers.contradictions(book)).isEmpty();
        await().atMost(Duration.ofSeconds(PATIENCE_S)).untilAsserted(() -> {
            var shelf = books.shelfAtRest(sale);
            assertThat(shelf.epoch()).isEqualTo(books.of(sale).epoch());
            assertThat(shelf.stock()).isEqualTo(books.left(sale));
        });
    }

    private static double secondsToTheFirst(Answers after, long since) {
        return after.issued().stream().mapToLong(Answer::ended).min().orElseThrow() / 1e9 - since / 1e9;
    }

    private void onStage(Rehearsal rehearsal) {
        var installed = InstalledPostgres.start(folder("postgres"));
        assumeTrue(
                installed.isPresent(),
                "pg_dump and the server's programs are not installed (apt-get install postgresql)");
        try (var postgres = installed.get()) {
            var found = PrivateRedis.start(folder("redis"), false);
            assumeTrue(found.isPresent(), "there is no redis-server on this machine");
            try (var redis = found.get()) {
                Map<String, String> env = RunningService.environment(postgres.uri(), redis.uri());
                env.put("COUPONRUSH_HTTP_PORT", "0");
                env.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
                try (var service = RunningService.with(env)) {
                    rehearsal.on(new Stage(postgres, service));
                }
            }
        }
    }

    private Path folder(String name) {
        try {
            Files.setAttribute(directory, "unix:mode", 0755);
            return Files.createDirectory(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The commands under that mark in the page. */
    private static String commands(String step) {
        try {
            var block = Pattern.compile("<!-- " + step + " -->\n```\n(.*?)\n```\n", Pattern.DOTALL)
                    .matcher(Files.readString(PAGE));
            assertThat(block.find()).as(step).isTrue();
            return block.group(1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void say(String words, Object... figures) {
        System.out.println("restored from " + String.format(Locale.ROOT, words, figures));
    }
}
