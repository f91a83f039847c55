package io.couponrush.fault;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.couponrush.testkit.Backends;
import io.couponrush.testkit.Book;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Clustering;
import io.couponrush.testkit.Page;
import io.couponrush.testkit.ReadBack;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Service;
import io.couponrush.testkit.ServiceProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nodes of a cluster die, restart and lose sight of each other; whoever listens knows everything in the end, once. */
@Tag("fault")
class ClusterFaultIT {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration HEAL = Duration.ofSeconds(10);

    /** As many as a process of 20,000 open files can hold at its end. */
    private static final int MANY = 18_000;

    private static final String LATE = "times that an event loop was late by more than a second";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path directory;

    private final List<Page> open = new ArrayList<>();

    /** Their sockets would be missed by the tests that come after one that failed. */
    @AfterEach
    void closePages() {
        open.forEach(Page::close);
    }

    @Test
    void eachOfThreeNodesIsKilledInTurn() {
        var clustering = Clustering.of(3);
        Map<String, String> shared = shared();
        shared.put("COUPONRUSH_ISSUANCE_REMOTE", "true");
        try (var claims = node("claims", shared, clustering.env(0), "http,issuance");
                var browsers = node("browsers", shared, clustering.env(1), "http");
                var telling = node("telling", shared, clustering.env(2), "notification")) {
            long sale = claims.staff().opens(Sale.of(1_000).perUser(3));
            var callers = claims.callers(20);
            var pages = pages(browsers, callers);
            for (ServiceProcess victim : List.of(browsers, claims, telling)) {
                var crowd = callers.startAt(20, callers.presses(sale, 1), new ReadBack(browsers));
                crowd.untilIssued(6);
                victim.isKilled();
                var answers = crowd.answers();
                victim.start();
                assertThat(callers.insist(answers, 30).issued())
                        .as("all of them")
                        .hasSize(20);
                awaitEverything(claims, sale, callers, pages);
            }
            await("the silence is noticed").atMost(PATIENCE).until(() -> pages.stream()
                    .allMatch(page -> page.askedToCatchUp() > 0));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {400, MANY})
    void oneNodeIsKilledAndTheOtherRestartedWhileManyListen(int many) {
        var clustering = Clustering.of(2);
        Map<String, String> shared = shared();
        String all = "http,issuance,notification";
        try (var a = node("a" + many, shared, clustering.env(0), all);
                var b = node("b" + many, shared, clustering.env(1), all)) {
            var both = new Balancer(List.of(a, b), new AtomicInteger());
            long sale = both.staff().opens(Sale.of(2 * many).perUser(3));
            var callers = both.callers(many);
            var pages = pages(both, callers);
            long late = Loops.late(b);
            a.isKilled();
            everybodyClaims(callers, sale);
            awaitEverything(a, sale, callers, pages);
            assertThat(Loops.late(b) - late).as(LATE).isZero();
            System.out.printf("%d browsers, one of two nodes killed: slowest loop %.2f s%n", many, Loops.slowest(b));
            a.start();
            late = Loops.late(a);
            assertThat(b.isStopped()).isZero();
            everybodyClaims(callers, sale);
            awaitEverything(a, sale, callers, pages);
            assertThat(Loops.late(a) - late).as(LATE).isZero();
            System.out.printf("%d browsers, the other restarted: slowest loop %.2f s%n", many, Loops.slowest(a));
            b.start();
            assertThat(a.log() + b.log()).as("no event loop stood still").doesNotContain("has been blocked");
        }
    }

    private static void everybodyClaims(Callers callers, long sale) {
        long began = System.nanoTime();
        assertThat(callers.insist(callers.allClaimWithKeys(sale, 1), 60).issued())
                .hasSize(callers.all().size());
        System.out.printf("all have claimed after %.1f s%n", (System.nanoTime() - began) / 1e9);
    }

    @Test
    void twoNodesLoseSightOfEachOther() {
        assumeTrue(Namespaces.arePossible(), "this machine lets nobody make network namespaces");
        try (var split = SplitPair.start(directory, shared())) {
            var a = split.a();
            var b = split.b();
            long before = b.staff().opens(Sale.of(100).perUser(100));
            long during = b.staff().opens(Sale.of(50));
            var callers = a.callers(1);
            var user = callers.one();
            try (var page = new Page(a, user)) {
                await().atMost(PATIENCE).until(page::isListening);
                assertThat(callers.at(b).allClaim(before).issued()).hasSize(1);
                await().atMost(PATIENCE).until(() -> page.pushed() == 1);

                split.namespaces().split();
                long splitAt = System.nanoTime();
                await().atMost(PATIENCE).until(() -> page.askedToCatchUp() == 1); // and the page asks within a second
                Trial.pause(1_500);
                var own = callers.allClaim(during);
                assertThat(own.issued()).hasSize(1);
                var crowd = a.callers(60);
                var atA = crowd.start(crowd.presses(during, 1));
                var others = b.callers(60);
                var atB = others.start(others.presses(during, 1));
                var answers = crowd.insist(atA.answers(), 20).and(others.insist(atB.answers(), 20));
                assertThat(answers.issued()).hasSize(49);
                assertThat(answers.open()).isEmpty();
                assertThat(own.and(answers).contradictions(a.books().of(during)))
                        .isEmpty();
                Trial.pause(Math.max(0, 25_000 - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - splitAt)));
                assertThat(page.coupons()).as("nobody could tell the page").hasSize(1);

                split.namespaces().heal();
                long healed = System.nanoTime();
                Set<Long> claimed = new HashSet<>(); // since then: what was on its way before may come late
                await().pollInterval(Duration.ofMillis(500)).atMost(HEAL).until(() -> {
                    claimed.add(callers.at(b)
                            .allClaimWithKeys(before, 1)
                            .issued()
                            .get(0)
                            .couponId());
                    return claimed.stream().anyMatch(page::wasPushed);
                });
                System.out.printf("told again %.1f s after a split of 25 s%n", (System.nanoTime() - healed) / 1e9);
                awaitEverything(a, before, callers, List.of(page));
                awaitEverything(a, during, callers, List.of(page));
                assertThat(System.nanoTime() - healed).isLessThan(HEAL.toNanos());
                assertThat(a.staff().sees(during).getBoolean("soldOut")).isTrue();
                assertThat(b.staff().sees(during).getBoolean("soldOut")).isTrue();
            }
        }
    }

    private static Map<String, String> shared() {
        Map<String, String> shared =
                RunningService.environment(Backends.shared().redisUri());
        shared.put("COUPONRUSH_JWT_SECRET", RunningService.JWT_SECRET);
        return shared;
    }

    private ServiceProcess node(String name, Map<String, String> shared, Map<String, String> own, String roles) {
        var env = new HashMap<>(shared);
        env.putAll(own);
        env.put("COUPONRUSH_ROLES", roles);
        return ServiceProcess.roomy(SplitPair.made(directory, name), env);
    }

    private List<Page> pages(Service at, Callers callers) {
        var pages = callers.all().stream().map(user -> new Page(at, user)).toList();
        open.addAll(pages);
        await().atMost(PATIENCE).until(() -> pages.stream().allMatch(Page::isListening));
        return pages;
    }

    /** Each page knows the coupons that its user has of that campaign, each of them once, and no other's. */
    private static void awaitEverything(Service service, long sale, Callers callers, List<Page> pages) {
        Map<Long, List<Long>> owned = service.books().of(sale).rows().stream()
                .collect(groupingBy(Book.Row::userId, mapping(Book.Row::couponId, toList())));
        await().atMost(PATIENCE).untilAsserted(() -> {
            for (int i = 0; i < pages.size(); i++) {
                long user = callers.all().get(i).userId();
                assertThat(pages.get(i).coupons(sale))
                        .as("user " + user)
                        .containsExactlyInAnyOrderElementsOf(owned.getOrDefault(user, List.of()));
            }
        });
        for (Page page : pages) {
            assertThat(page.strangers()).isEmpty();
            assertThat(page.pushedAgain()).isEmpty();
        }
    }

    /** Hands its clients to one node after the other. */
    private record Balancer(List<ServiceProcess> nodes, AtomicInteger turn) implements Service {
        @Override
        public int port() {
            return nodes.get(turn.getAndIncrement() % nodes.size()).port();
        }

        @Override
        public String postgresUri() {
            return nodes.get(0).postgresUri();
        }

        @Override
        public String redisUri() {
            return nodes.get(0).redisUri();
        }
    }
}
