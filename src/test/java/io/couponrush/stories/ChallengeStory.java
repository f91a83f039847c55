package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.Partner;
import io.couponrush.testkit.RawHttp;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A running community rewards those who finished a challenge: a campaign for those on a list, and for nobody else. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChallengeStory {
    private RunningService service;
    private Staff staff;

    @BeforeAll
    void open() {
        service = RunningService.start();
        staff = service.staff();
    }

    @AfterAll
    void close() {
        service.close();
    }

    private long opens(int stock) {
        return staff.opens(Sale.of(stock).with("audience", "restricted"));
    }

    private static String audience(long event) {
        return "/api/admin/events/" + event + "/audience";
    }

    private JsonObject imports(long event, String csv) {
        return staff.web().upload(audience(event), "text/csv", csv).with(200);
    }

    private static String csv(List<Caller> users) {
        return users.stream().map(user -> user.userId() + "\n").collect(Collectors.joining("", "userId\n", ""));
    }

    @Test
    void finishersClaimAndNobodyElseTakesAnything() {
        long event = opens(50);
        var all = service.callers(300);
        List<Caller> finishers = all.all().subList(0, 100);
        JsonObject report = imports(event, csv(finishers));
        assertThat(report.getInteger("added")).isEqualTo(100);

        Answers answers = all.press(Callers.shuffled(all.presses(event, 1)));

        assertThat(answers.tally()).isEqualTo(Map.of("201", 50L, "COUPON_SOLD_OUT", 50L, "FORBIDDEN", 200L));
        var book = service.books().of(event);
        assertThat(answers.contradictions(book)).isEmpty();
        assertThat(book.rows()).hasSize(50).allMatch(row -> finishers.stream()
                .anyMatch(f -> f.userId() == row.userId()));
        assertThat(staff.statsOf(event).getJsonObject("refused").getInteger("FORBIDDEN"))
                .isEqualTo(200);
    }

    @Test
    void whoIsNotInvitedHoldsNoUnit() {
        long event = opens(1);
        var strangers = service.callers(200);
        assertThat(strangers.allClaim(event).tally()).isEqualTo(Map.of("FORBIDDEN", 200L));
        assertThat(service.books().shelf(event).stock()).isOne();
        assertThat(service.books().shelf(event).leases()).isZero();
        assertThat(service.books().left(event)).isOne();
    }

    @Test
    void pagesShowWhoMayClaim() {
        long event = opens(5);
        var people = service.callers(2).all();
        imports(event, people.get(0).userId() + "\n");
        var invited = Web.anybody(service).as(people.get(0).token());
        var stranger = Web.anybody(service).as(people.get(1).token());
        String path = "/api/coupons/events/" + event;
        assertThat(invited.get(path).with(200).getBoolean("canIssue")).isTrue();
        Web.Reply before = stranger.get(path);
        assertThat(before.with(200).getBoolean("canIssue")).isFalse();
        imports(event, people.get(1).userId() + "\n");
        Web.Reply after = stranger.get(path);
        assertThat(after.with(200).getBoolean("canIssue")).isTrue();
        assertThat(after.header("ETag")).isNotEqualTo(before.header("ETag"));
    }

    @Test
    void theReportCountsEveryLine() {
        long event = opens(5);
        var people = service.callers(3).all();
        long a = people.get(0).userId();
        imports(event, a + "\n");
        String file = "userId,email\n" + a + ",x\n" + people.get(1).userId() + "\n"
                + people.get(1).userId() + "\n\nnobody\n999999999\n"
                + people.get(2).userId();
        var rehearsed = staff.web()
                .upload(audience(event) + "?dryRun=true", "text/csv; charset=utf-8", file)
                .with(200);
        assertThat(listed(event)).containsExactly(a);
        var done = imports(event, file);
        assertThat(done.copy().put("dryRun", true)).isEqualTo(rehearsed);
        assertThat(done.getInteger("lines")).isEqualTo(8);
        assertThat(done.getInteger("added")).isEqualTo(2);
        assertThat(done.getInteger("already")).isEqualTo(2);
        assertThat(done.getInteger("unknown")).isEqualTo(1);
        assertThat(done.getInteger("invalid")).isEqualTo(1);
        assertThat(done.getJsonArray("errors").encode())
                .isEqualTo("[{\"line\":\"line 6\",\"message\":\"must begin with a user's id\"},"
                        + "{\"line\":\"line 7\",\"message\":\"there is no user 999999999\"}]");
        assertThat(listed(event)).hasSize(3);
        var audit = staff.web()
                .get("/api/admin/audit?action=event.audience.add&target=event:" + event)
                .with(200);
        assertThat(audit.getJsonArray("items")).hasSize(2);
    }

    private List<Long> listed(long event) {
        return staff.web().get(audience(event) + "?limit=100").with(200).getJsonArray("userIds").stream()
                .map(id -> ((Number) id).longValue())
                .toList();
    }

    @Test
    void aFileBeyondTheBoundsAddsNothing() {
        long event = opens(5);
        long user = service.callers(1).one().userId();
        var tooMany = staff.web().upload(audience(event), "text/csv", user + "\n" + "\n".repeat(1_000_000));
        assertThat(tooMany.code()).isEqualTo("PAYLOAD_TOO_LARGE");
        assertThat(listed(event)).isEmpty();
        assertThat(staff.web()
                        .upload(audience(event), "text/csv", user + "\n" + "\n".repeat(999_999))
                        .with(200)
                        .getInteger("added"))
                .isOne();
        assertThat(staff.web().upload(audience(event), "application/json", "1").code())
                .isEqualTo("UNSUPPORTED_MEDIA_TYPE");
        assertThat(staff.web()
                        .upload(audience(event) + "?dryRun=perhaps", "text/csv", "1")
                        .code())
                .isEqualTo("VALIDATION_FAILED");
        assertThat(staff.web().upload(audience(999_999), "text/csv", "1").code())
                .isEqualTo("EVENT_NOT_FOUND");
        var somebody = Web.anybody(service).as(service.callers(1).one().token());
        assertThat(somebody.upload(audience(event), "text/csv", "1").code()).isEqualTo("FORBIDDEN");
    }

    @Test
    void whoIsTakenOffTheListFindsItsCouponAndGetsNoOther() {
        long event = staff.opens(Sale.of(5).perUser(2).with("audience", "restricted"));
        var crowd = service.callers(1);
        Caller user = crowd.one();
        imports(event, csv(crowd.all()));
        var first = crowd.press(List.of(user.claims(event, "mine"))).issued().get(0);
        long epoch = service.books().of(event).epoch();
        assertThat(staff.web()
                        .delete(audience(event) + "/" + user.userId(), null)
                        .with(200)
                        .getInteger("removed"))
                .isOne();
        assertThat(service.books().of(event).epoch())
                .as("what was reserved is fenced")
                .isGreaterThan(epoch);
        var again = crowd.press(List.of(user.claims(event, "mine"))).issued().get(0);
        assertThat(again.replayed()).isTrue();
        assertThat(again.couponId()).isEqualTo(first.couponId());
        assertThat(crowd.press(List.of(user.claims(event, "another"))).tally()).containsOnlyKeys("FORBIDDEN");
        imports(event, csv(crowd.all()));
        assertThat(staff.web().delete(audience(event), null).with(200).getInteger("removed"))
                .isOne();
        assertThat(crowd.press(List.of(user.claims(event))).tally()).containsOnlyKeys("FORBIDDEN");
    }

    @Test
    void removingNobodyOrFromAPublicCampaignDisturbsNoSale() {
        List<Caller> people = service.callers(2).all();
        long restricted = opens(5);
        long open = staff.opens(Sale.of(5));
        imports(restricted, people.get(0).userId() + "\n");
        imports(open, people.get(0).userId() + "\n");
        long epoch = service.books().of(restricted).epoch();
        long openEpoch = service.books().of(open).epoch();

        assertThat(removed(audience(restricted) + "/" + people.get(1).userId())).isZero();
        assertThat(removed(audience(open) + "/" + people.get(0).userId())).isOne();
        assertThat(removed(audience(open))).isZero();

        assertThat(service.books().of(restricted).epoch()).isEqualTo(epoch);
        assertThat(service.books().of(open).epoch()).isEqualTo(openEpoch);
        assertThat(removed(audience(restricted))).isOne();
        assertThat(service.books().of(restricted).epoch()).isGreaterThan(epoch);
        long emptied = service.books().of(restricted).epoch();
        assertThat(removed(audience(restricted))).isZero();
        assertThat(service.books().of(restricted).epoch()).isEqualTo(emptied);
    }

    private int removed(String path) {
        return staff.web().delete(path, null).with(200).getInteger("removed");
    }

    /** Whoever sends slowly keeps neither grants nor other imports waiting. */
    @Test
    void anImportThatComesSlowlyHoldsUpNobody() throws Exception {
        long event = opens(50);
        long other = opens(50);
        var crowd = service.callers(20);
        String file = csv(crowd.all());
        try (var slow = new RawHttp(service.port())) {
            slow.send(("POST " + audience(event) + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + staff.token()
                            + "\r\nContent-Type: text/csv\r\nContent-Length: " + (file.length() + 100_000)
                            + "\r\n\r\n" + file)
                    .getBytes(StandardCharsets.UTF_8));
            Partner partner =
                    Partner.signsIn(service, staff, "Quick").isGiven(event).isGiven(other);
            var users = new JsonArray(crowd.all().stream().map(Caller::userId).toList());
            Web.Reply granted = partner.web()
                    .post("/api/admin/events/" + event + "/grants", new JsonObject().put("userIds", users));
            assertThat(granted.with(200).getJsonObject("summary").getMap()).isEqualTo(Map.of("ISSUED", 20));
            assertThat(partner.web()
                            .upload(audience(other), "text/csv", file)
                            .with(200)
                            .getInteger("added"))
                    .isEqualTo(20);
            await().untilAsserted(() -> assertThat(staff.web()
                            .upload(audience(other), "text/csv", file)
                            .code())
                    .as("of one caller one at a time")
                    .isEqualTo("OVERLOADED"));
        }
        await().untilAsserted(() -> assertThat(
                        staff.web().upload(audience(event), "text/csv", file).status())
                .isEqualTo(200));
    }

    /** Imports of descending lines and grants of the same users, again and again: none waits for another in a circle. */
    @Test
    void importsAndGrantsOfTheSameUsersMeet() throws ExecutionException, InterruptedException {
        long event = staff.opens(Sale.of(100_000).perUser(50).with("audience", "restricted"));
        var crowd = service.callers(3_000);
        List<Caller> backwards = new ArrayList<>(crowd.all());
        Collections.reverse(backwards);
        String file = csv(backwards);
        List<Long> ids = crowd.all().stream().map(Caller::userId).toList();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 3; round++) {
                staff.web().delete(audience(event), null).with(200);
                String key = "round-" + round;
                var imported = threads.submit(() -> imports(event, file));
                var granted = new ArrayList<Future<JsonObject>>();
                for (int from : new int[] {2_700, 0})
                    granted.add(threads.submit(() -> grants(event, ids.subList(from, from + 300), key)));
                assertThat(imported.get().getInteger("unknown")).isZero();
                for (Future<JsonObject> one : granted)
                    assertThat(one.get().getJsonObject("summary").getMap()).isEqualTo(Map.of("ISSUED", 300));
                assertThat(staff.web().get(audience(event)).with(200).getInteger("count"))
                        .isEqualTo(3_000);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(service.books().of(event).mistakes()).isEmpty();
    }

    /** An import that has not ended holds the users for longer than Postgres waits for a lock. */
    @Test
    void aGrantOutlivesALongImport() throws ExecutionException, InterruptedException {
        long event = opens(10);
        var crowd = service.callers(1);
        long user = crowd.one().userId();
        var importing = service.books()
                .begin("insert into event_audience (event_id, user_id) values (" + event + ", " + user + ")");
        ExecutorService threads = Executors.newFixedThreadPool(1);
        try {
            var granted = threads.submit(() -> grants(event, List.of(user), "long"));
            await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(6)).until(() -> !granted.isDone());
            importing.commit();
            assertThat(granted.get().getJsonObject("summary").getMap()).isEqualTo(Map.of("ISSUED", 1));
        } finally {
            threads.shutdownNow();
        }
    }

    private JsonObject grants(long event, List<Long> users, String key) {
        return staff.web()
                .post(
                        "/api/admin/events/" + event + "/grants",
                        new JsonObject().put("userIds", new JsonArray(users)),
                        "Idempotency-Key",
                        key)
                .with(200);
    }

    /** A campaign that becomes restricted in the middle of the rush. */
    @Test
    void nobodyElseIsIssuedAnythingAfterTheCampaignWasRestricted() {
        long event = staff.opens(Sale.of(100_000).perUser(50));
        var crowd = service.callers(100);
        imports(event, csv(crowd.all().subList(0, 10)));
        var pressing = crowd.start(Callers.shuffled(crowd.presses(event, 50)));
        pressing.untilIssued(500);
        staff.web()
                .patch("/api/admin/events/" + event, new JsonObject().put("audience", "restricted"))
                .with(200);
        Instant answered = Instant.now();
        Answers answers = pressing.answers();
        var book = service.books().of(event);
        assertThat(answers.contradictions(book)).isEmpty();
        assertThat(book.rows())
                .filteredOn(row -> row.issuedAt().isAfter(answered))
                .isNotEmpty()
                .allMatch(row -> crowd.all().subList(0, 10).stream().anyMatch(c -> c.userId() == row.userId()));
    }

    /** Removals and claims at the same moment: after its removal was answered nobody is issued anything. */
    @Test
    void removalsRaceWithClaims() throws ExecutionException, InterruptedException {
        long event = staff.opens(Sale.of(10_000).perUser(100).with("audience", "restricted"));
        var crowd = service.callers(40);
        imports(event, csv(crowd.all()));
        var pressing = crowd.start(Callers.shuffled(crowd.presses(event, 60)));
        pressing.untilIssued(300);
        Map<Long, Long> had = new HashMap<>();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            var removals = new ArrayList<Future<Long>>();
            for (Caller user : crowd.all()) removals.add(threads.submit(removes(event, user)));
            for (int i = 0; i < removals.size(); i++)
                had.put(crowd.all().get(i).userId(), removals.get(i).get());
        } finally {
            threads.shutdownNow();
        }
        Answers answers = pressing.answers();
        var book = service.books().of(event);
        assertThat(answers.contradictions(book)).isEmpty();
        assertThat(answers.tally()).containsKeys("201", "FORBIDDEN");
        for (Caller user : crowd.all()) {
            assertThat(book.rows())
                    .filteredOn(row -> row.userId() == user.userId())
                    .hasSize(had.get(user.userId()).intValue());
        }
    }

    /** How many coupons the user had when the removal was answered. */
    private Callable<Long> removes(long event, Caller user) {
        return () -> {
            staff.web().delete(audience(event) + "/" + user.userId(), null).with(200);
            return service.books()
                    .count("select count(*) from user_coupons where event_id = " + event + " and user_id = "
                            + user.userId());
        };
    }
}
