package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Answer;
import io.couponrush.testkit.Answer.Press;
import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Book;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.FreePorts;
import io.couponrush.testkit.Nginx;
import io.couponrush.testkit.Program;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.ServiceProcess;
import io.couponrush.testkit.Shopper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A new version comes while coupons are claimed: three nodes behind nginx stop and start one after another. {@code
 * scripts/loadtest/rolling} runs it larger, with the packaged program.
 */
class RollingRestartStory {
    private static final int NODES = 3;
    private static final int PER_SECOND = Integer.getInteger("rolling.perSecond", 100);
    private static final int BROWSERS = Integer.getInteger("rolling.browsers", 30);
    private static final String JAR = System.getProperty("rolling.jar", "");
    private static final Path TABLE = Path.of("target", "rolling.md");

    private static final int LONGEST_S = 120;
    private static final int PER_USER = 20;
    private static final int TRIES = 10;
    private static final Duration SOON = Duration.ofSeconds(30);

    private final List<ServiceProcess> nodes = new ArrayList<>();
    private List<Shopper> browsers = List.of();

    @TempDir
    private Path directory;

    @AfterEach
    void everythingStops() {
        browsers.forEach(Shopper::leaves);
        nodes.forEach(ServiceProcess::close);
    }

    @Test
    void threeNodesAreRestartedInTurnsAndNobodyIsRefusedACoupon() throws IOException {
        Optional<String> executable = Program.find("nginx");
        assumeTrue(
                executable.isPresent(), "there is no nginx on this machine (on Debian: apt-get install nginx-light)");
        List<Integer> ports = FreePorts.find(NODES);
        start(ports);
        try (var nginx = Nginx.before(nodes.get(0), ports, executable.orElseThrow(), directory)) {
            int stock = PER_SECOND * LONGEST_S;
            long sale = nodes.get(0).staff().opens(Sale.of(stock).perUser(PER_USER));
            var users = nodes.get(0).callers(stock / PER_USER);
            List<Press> presses = Callers.shuffled(users.presses(sale, PER_USER));
            browsers = Shopper.of(nginx, users.first(BROWSERS), sale);

            var crowd = users.at(nginx).startInsisting(PER_SECOND, presses, TRIES);
            crowd.untilIssued(PER_SECOND);
            List<Double> seconds = new ArrayList<>();
            for (ServiceProcess node : nodes) {
                long began = System.nanoTime();
                assertThat(node.isStopped()).as("exit code").isZero();
                node.start();
                seconds.add((System.nanoTime() - began) / 1e9);
                int before = crowd.issuedSoFar();
                crowd.untilIssued(before + PER_SECOND);
            }
            assertThat(crowd.hasEnded()).as("nobody is left to press").isFalse();
            crowd.stop();
            Answers rush = crowd.answers();
            var table = new Table(rush, seconds);
            table.write();

            Answers rest = users.at(nginx).press(left(presses, rush));
            Sold.exactly(nodes.get(0), sale, stock, rush.and(rest));
            assertThat(table.failed())
                    .as("claims that failed after %s tries", TRIES)
                    .isZero();
            assertThat(rush.all().stream().filter(answer -> !isDocumented(answer)))
                    .as("what a client is not told to expect")
                    .isEmpty();
            assertThat(rush.issued()).as("claims while nodes restarted").hasSizeGreaterThan(PER_SECOND * NODES);
            everybodyHearsOfTheirs(nodes.get(0).books().of(sale));
        }
    }

    private void start(List<Integer> ports) {
        Map<String, String> shared =
                RunningService.environment(Backends.shared().redisUri());
        shared.put("COUPONRUSH_JWT_SECRET", "Vw5nKq8RtYb2ZxLc7MhGd4PsJf9Ae3Uo");
        shared.put("COUPONRUSH_JWT_ACCESS_TTL", "1h");
        shared.put("COUPONRUSH_LOADTEST_ENABLED", "true");
        shared.put("COUPONRUSH_HTTP_HOST", "127.0.0.1");
        shared.put("COUPONRUSH_HTTP_TRUSTED_PROXIES", "127.0.0.1");
        var clustering = Clustering.of(NODES);
        nodes.addAll(IntStream.range(0, NODES)
                .parallel()
                .mapToObj(i -> {
                    var env = new HashMap<>(shared);
                    env.putAll(clustering.env(i));
                    env.put("COUPONRUSH_HTTP_PORT", ports.get(i).toString());
                    return ServiceProcess.serving(home(i), env, JAR.isEmpty() ? null : Path.of(JAR));
                })
                .toList());
    }

    private Path home(int node) {
        try {
            return Files.createDirectory(directory.resolve("node" + node));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whoever did not come to press. */
    private static List<Press> left(List<Press> presses, Answers rush) {
        Set<Press> pressed = rush.all().stream().map(Answer::press).collect(Collectors.toSet());
        return presses.stream().filter(press -> !pressed.contains(press)).toList();
    }

    private static boolean isDocumented(Answer answer) {
        return answer.status() == 0 || answer.status() == 201 || answer.status() == 503;
    }

    private void everybodyHearsOfTheirs(Book book) {
        Map<Long, Set<Long>> owned = book.rows().stream()
                .collect(Collectors.groupingBy(
                        Book.Row::userId, Collectors.mapping(Book.Row::couponId, Collectors.toSet())));
        await().atMost(SOON).until(() -> browsers.stream().allMatch(Shopper::isListening));
        await().atMost(SOON).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            browsers.forEach(Shopper::asksForWhatItMissed);
            assertThat(browsers).allSatisfy(browser -> {
                assertThat(browser.coupons())
                        .doesNotHaveDuplicates()
                        .containsExactlyInAnyOrderElementsOf(
                                owned.get(browser.caller().userId()));
                assertThat(browser.heard("coupon.soldout")).isNotEmpty();
            });
        });
        assertThat(browsers).allSatisfy(browser -> {
            assertThat(browser.heard("drain")).as("told to come back").isNotEmpty();
            assertThat(browser.strangers()).isEmpty();
        });
    }

    /** What it came to, for people. */
    private record Table(Map<Press, List<Answer>> claims, List<Double> seconds) {
        Table(Answers rush, List<Double> seconds) {
            this(rush.all().stream().collect(Collectors.groupingBy(Answer::press)), seconds);
        }

        long failed() {
            return claims.values().stream()
                    .filter(answers -> answers.stream().noneMatch(Answer::isFinal))
                    .count();
        }

        private long retried() {
            return claims.values().stream()
                    .filter(answers -> answers.size() > 1)
                    .count();
        }

        /** Keys with more than one coupon. */
        private long doubles() {
            return claims.values().stream()
                    .filter(answers -> answers.stream()
                                    .filter(Answer::issued)
                                    .map(Answer::couponId)
                                    .distinct()
                                    .count()
                            > 1)
                    .count();
        }

        private double worstWait() {
            return claims.values().stream()
                            .mapToLong(answers -> answers.stream()
                                            .mapToLong(Answer::ended)
                                            .max()
                                            .orElseThrow()
                                    - answers.stream()
                                            .mapToLong(Answer::started)
                                            .min()
                                            .orElseThrow())
                            .max()
                            .orElseThrow()
                    / (double) TimeUnit.SECONDS.toNanos(1);
        }

        private String firstAnswers() {
            var tally = new Answers(claims.values().stream()
                            .filter(answers -> answers.size() > 1)
                            .map(answers -> answers.get(0))
                            .toList())
                    .tally();
            return tally.isEmpty() ? "" : tally.toString();
        }

        void write() throws IOException {
            String text = String.format(
                    Locale.ROOT,
                    """
                    | claims/s | claims | asked again | first answer of those | worst wait | failed | doubles | seconds per restart |
                    |---:|---:|---:|---|---:|---:|---:|---|
                    | %d | %,d | %d | %s | %.1f s | %d | %d | %s |
                    """,
                    PER_SECOND,
                    claims.size(),
                    retried(),
                    firstAnswers(),
                    worstWait(),
                    failed(),
                    doubles(),
                    seconds.stream()
                            .map(s -> String.format(Locale.ROOT, "%.1f", s))
                            .collect(Collectors.joining(", ")));
            Files.writeString(TABLE, text);
            System.out.print(text);
        }
    }
}
