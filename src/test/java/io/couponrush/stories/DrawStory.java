package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Service;
import io.couponrush.testkit.ServiceProcess;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** An event-marketing suite raffles coupons: people enter, chance decides, and anybody can check that it was chance. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DrawStory {
    private static final Duration SOON = Duration.ofSeconds(30);

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

    private static Sale draw(int stock) {
        return Sale.of(stock).with("mode", "draw");
    }

    private Web as(Caller caller) {
        return Web.anybody(service).as(caller.token());
    }

    private static String path(long event) {
        return "/api/coupons/events/" + event;
    }

    private Web.Reply enters(Caller caller, long event) {
        return as(caller).post(path(event) + "/entries", null);
    }

    private static JsonObject done(Service service, long event) {
        return await().atMost(SOON)
                .until(() -> Web.anybody(service).get(path(event) + "/draw").with(200), draw -> draw.getString("status")
                        .equals("done"));
    }

    @Test
    void whoEnteredIsDrawnAndAnybodyCanCheckIt() throws GeneralSecurityException {
        long event = staff.opens(draw(10));
        var crowd = service.callers(40);
        var before = Web.anybody(service).get(path(event) + "/draw").with(200);
        assertThat(before.getString("status")).isEqualTo("open");
        assertThat(before.containsKey("seed")).isFalse();
        for (Caller caller : crowd.all()) enters(caller, event).with(201);
        enters(crowd.one(), event).with(201);
        staff.ends(event);

        var after = done(service, event);
        assertThat(enters(crowd.one(), event).status()).as("entered before").isEqualTo(201);
        byte[] seed = HexFormat.of().parseHex(after.getString("seed"));
        String commitment =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(seed));
        assertThat(after.getString("commitment"))
                .isEqualTo(before.getString("commitment"))
                .isEqualTo(commitment);
        assertThat(after.getInteger("entries")).isEqualTo(40);
        assertThat(after.getInteger("winners")).isEqualTo(10);
        Set<Long> expected =
                winners(seed, crowd.all().stream().map(Caller::userId).toList(), 10);
        var book = service.books().of(event);
        assertThat(book.rows().stream().map(row -> row.userId())).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(book.issued()).isEqualTo(10);
        assertThat(book.told()).hasSize(10).doesNotHaveDuplicates();
        for (Caller caller : crowd.all()) {
            boolean won = expected.contains(caller.userId());
            var seen = as(caller).get(path(event) + "/draw").with(200);
            assertThat(seen.getBoolean("won")).isEqualTo(won);
            assertThat(seen.getString("ticket").compareTo(after.getString("lastTicket")) <= 0)
                    .isEqualTo(won);
            await().atMost(SOON).until(() -> notices(caller), told -> told.size() == 1);
            assertThat(notices(caller).get(0).getString("type")).isEqualTo(won ? "coupon.issued" : "coupon.drawn");
        }
    }

    private List<JsonObject> notices(Caller caller) {
        return as(caller).get("/api/notifications").with(200).getJsonArray("items").stream()
                .map(JsonObject.class::cast)
                .toList();
    }

    /** The rule as it is published, by other means than the service's. */
    private static Set<Long> winners(byte[] seed, List<Long> entries, int stock) throws GeneralSecurityException {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(seed, "HmacSHA256"));
        return entries.stream()
                .sorted(Comparator.comparing(user ->
                        HexFormat.of().formatHex(mac.doFinal(Long.toString(user).getBytes(StandardCharsets.US_ASCII)))))
                .limit(stock)
                .collect(Collectors.toSet());
    }

    @Test
    void nobodyClaimsOrIsGrantedACouponOfADraw() {
        long event = staff.opens(draw(10));
        var crowd = service.callers(1);
        assertThat(crowd.press(List.of(crowd.one().claims(event), crowd.one().claims(event, "key")))
                        .tally())
                .containsOnlyKeys("EVENT_IS_DRAW");
        var body =
                new JsonObject().put("userIds", new JsonArray().add(crowd.one().userId()));
        assertThat(staff.web()
                        .post("/api/admin/events/" + event + "/grants", body)
                        .code())
                .isEqualTo("EVENT_IS_DRAW");
        assertThat(as(crowd.one()).get(path(event)).with(200).getBoolean("canIssue"))
                .isFalse();
        enters(crowd.one(), event).with(201);
        staff.ends(event);
        done(service, event);
        assertThat(crowd.press(List.of(crowd.one().claims(event, "another"))).tally())
                .containsOnlyKeys("EVENT_IS_DRAW");
        assertThat(service.books().of(event).rows()).hasSize(1);
    }

    @Test
    void entriesKeepToTheWindowThePauseAndTheList() {
        Caller caller = service.callers(1).one();
        long early = staff.opens(draw(1).startingIn(Duration.ofMinutes(5)));
        long paused = staff.opens(draw(1));
        staff.pauses(paused);
        long over = staff.opens(draw(1));
        staff.ends(over);
        long restricted = staff.opens(draw(1).with("audience", "restricted"));
        long rush = staff.opens(Sale.of(1));
        var tooEarly = enters(caller, early);
        assertThat(tooEarly.with(409).getString("code")).isEqualTo("EVENT_NOT_STARTED");
        assertThat(tooEarly.json().getString("startTime"))
                .isEqualTo(staff.sees(early).getString("startTime"));
        assertThat(Integer.parseInt(tooEarly.header("Retry-After"))).isBetween(200, 300);
        assertThat(enters(caller, paused).code()).isEqualTo("EVENT_PAUSED");
        assertThat(enters(caller, over).code()).isEqualTo("EVENT_ENDED");
        assertThat(enters(caller, restricted).code()).isEqualTo("FORBIDDEN");
        assertThat(enters(caller, rush).code()).isEqualTo("EVENT_STATE_CONFLICT");
        assertThat(enters(caller, 999_999).code()).isEqualTo("EVENT_NOT_FOUND");
        assertThat(Web.anybody(service).get(path(rush) + "/draw").code()).isEqualTo("NOT_FOUND");
        assertThat(Web.anybody(service).get(path(999_999) + "/draw").code()).isEqualTo("EVENT_NOT_FOUND");
        assertThat(Web.anybody(service).post(path(over) + "/entries", null).code())
                .isEqualTo("UNAUTHENTICATED");
        assertThat(service.books()
                        .count("select count(*) from draw_entries where event_id in ("
                                + Stream.of(early, paused, over, restricted, rush)
                                        .map(String::valueOf)
                                        .collect(Collectors.joining(","))
                                + ")"))
                .isZero();
        invites(restricted, List.of(caller));
        enters(caller, restricted).with(201);
    }

    @Test
    void whoIsTakenOffTheListDoesNotWin() {
        long event = staff.opens(draw(3).with("audience", "restricted"));
        var crowd = service.callers(3);
        invites(event, crowd.all());
        for (Caller caller : crowd.all()) enters(caller, event).with(201);
        Caller removed = crowd.all().get(1);
        var removal = staff.web()
                .delete("/api/admin/events/" + event + "/audience/" + removed.userId(), null)
                .with(200);
        assertThat(removal.getInteger("removed")).isEqualTo(1);
        staff.ends(event);

        assertThat(done(service, event).getInteger("winners")).isEqualTo(2);
        assertThat(service.books().of(event).rows().stream().map(row -> row.userId()))
                .containsExactlyInAnyOrder(
                        crowd.all().get(0).userId(), crowd.all().get(2).userId());
        assertThat(as(removed).get(path(event) + "/draw").with(200).getBoolean("won"))
                .isFalse();
        await().atMost(SOON).until(() -> notices(removed), told -> told.size() == 1);
        assertThat(notices(removed).get(0).getString("type")).isEqualTo("coupon.drawn");
    }

    @Test
    void aDrawThatBecomesRestrictedIsForThoseOnTheListAlone() {
        long event = staff.opens(draw(3));
        var crowd = service.callers(3);
        for (Caller caller : crowd.all()) enters(caller, event).with(201);
        staff.web()
                .patch("/api/admin/events/" + event, new JsonObject().put("audience", "restricted"))
                .with(200);
        Caller guest = crowd.all().get(2);
        invites(event, List.of(guest));
        staff.ends(event);

        assertThat(done(service, event).getInteger("winners")).isEqualTo(1);
        assertThat(service.books().of(event).rows().stream().map(row -> row.userId()))
                .containsExactly(guest.userId());
    }

    private void invites(long event, List<Caller> guests) {
        String lines =
                guests.stream().map(guest -> String.valueOf(guest.userId())).collect(Collectors.joining("\n"));
        staff.web()
                .upload("/api/admin/events/" + event + "/audience", "text/csv", lines)
                .with(200);
    }

    /** Whoever was told that it has entered is in the draw, also at the very end. */
    @Test
    void entriesRaceWithTheEnd() throws ExecutionException, InterruptedException {
        long event = staff.opens(draw(1_000));
        var crowd = service.callers(300);
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Integer>> entering = crowd.all().stream()
                    .map(caller -> threads.submit(() -> enters(caller, event).status()))
                    .toList();
            for (int i = 0; i < 100; i++) entering.get(i).get();
            staff.ends(event);
            int entered = 0;
            for (var one : entering) entered += one.get() == 201 ? 1 : 0;
            assertThat(entered).isBetween(100, 299);
            assertThat(done(service, event).getInteger("winners")).isEqualTo(entered);
            assertThat(service.books().of(event).rows()).hasSize(entered);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aDrawThatNobodyEnteredIsDone() {
        long event = staff.opens(draw(5));
        staff.ends(event);
        var after = done(service, event);
        assertThat(after.getInteger("winners")).isZero();
        assertThat(after.getString("lastTicket")).isNull();
    }

    @Test
    void goesOnExactlyWhereItWasKilled(@TempDir Path directory) throws GeneralSecurityException {
        try (var process = ServiceProcess.onSharedServers(directory)) {
            int stock = 4_000;
            long event = process.staff().opens(draw(stock));
            Callers crowd = process.callers(10_000);
            long entered = process.books()
                    .count(
                            "with entered as (insert into draw_entries (event_id, user_id) select " + event
                                    + ", id from users where email like '%@loadtest.invalid' returning 1) select count(*) from entered");
            assertThat(entered).isEqualTo(10_000);
            process.staff().ends(event);
            int kills = 0;
            for (int until = 500; until < stock; until += 1_500) {
                int wanted = until;
                await().pollInterval(Duration.ofMillis(2)).atMost(SOON).until(() -> rows(process, event) >= wanted);
                process.isKilled();
                assertThat(rows(process, event)).as("in the middle").isLessThan(stock);
                process.start();
                kills++;
            }
            assertThat(kills).isEqualTo(3);
            var after = done(process, event);
            var book = process.books().of(event);
            byte[] seed = HexFormat.of().parseHex(after.getString("seed"));
            var all = crowd.all().stream().map(Caller::userId).toList();
            assertThat(book.issued()).isEqualTo(stock);
            assertThat(book.rows().stream().map(row -> row.userId()).collect(Collectors.toSet()))
                    .isEqualTo(winners(seed, all, stock));
            assertThat(book.told()).hasSize(stock).doesNotHaveDuplicates();
            assertThat(process.books()
                            .count("select count(distinct u) from outbox, jsonb_array_elements(payload -> 'userIds') u"
                                    + " where topic = 'coupon.drawn' and event_id = " + event))
                    .isEqualTo(6_000);
            assertThat(process.books()
                            .count("select count(*) from outbox, jsonb_array_elements(payload -> 'userIds') u"
                                    + " where topic = 'coupon.drawn' and event_id = " + event))
                    .isEqualTo(6_000);
        }
    }

    private static long rows(Service service, long event) {
        return service.books().count("select issued_count from coupon_events where id = " + event);
    }
}
