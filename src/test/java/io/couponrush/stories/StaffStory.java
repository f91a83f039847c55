package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.testkit.Book;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What the staff sees of a campaign, and what is remembered of the staff. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StaffStory {
    private RunningService service;
    private Staff staff;

    @BeforeAll
    void open() {
        service =
                RunningService.start(Map.of("COUPONRUSH_STAFF_EXPORTS", "1", "COUPONRUSH_STAFF_EXPORT_TIMEOUT", "5s"));
        staff = service.staff();
    }

    @AfterAll
    void close() {
        service.close();
    }

    @Test
    void theNumbersOfASaleAddUp() {
        long sale = staff.opens(Sale.of(100).perUser(2));
        var callers = service.callers(30);
        var answers = callers.allClaimWithKeys(sale, 2).and(callers.allClaim(sale)); // 60 issued, 30 have enough
        var crowd = service.callers(60).allClaim(sale); // the other 40, and 20 too late
        assertThat(answers.and(crowd).issued()).hasSize(100);
        spoil("update user_coupons set status = 'used', used_at = now(), order_id = 'A',"
                + " purchase_amount = 100, discount_amount = 10 where seq = 1 and user_id = "
                + callers.one().userId());
        spoil("update user_coupons set issued_at = issued_at - interval '1 day', expires_at = now() - interval '1 hour'"
                + " where seq = 2 and user_id = " + callers.one().userId());

        JsonObject stats = await().until(
                        () -> staff.statsOf(sale),
                        seen -> Long.valueOf(0).equals(seen.getLong("reserved")) && seen.getInteger("used") == 1);

        assertThat(stats.getInteger("total")).isEqualTo(100);
        assertThat(stats.getInteger("issued")).isEqualTo(100);
        assertThat(stats.getInteger("remaining")).isZero();
        assertThat(stats.getInteger("active")).isEqualTo(98);
        assertThat(stats.getInteger("expired")).isEqualTo(1);
        assertThat(stats.getInteger("revoked")).isZero();
        assertThat(stats.getJsonObject("refused").getMap())
                .containsEntry("USER_LIMIT_EXCEEDED", 30)
                .containsEntry("COUPON_SOLD_OUT", 20)
                .containsEntry("EVENT_PAUSED", 0)
                .hasSize(8);
        assertThat(sum(stats.getJsonArray("perSecond"))).isEqualTo(100);
        assertThat(sum(stats.getJsonArray("perHour"))).isEqualTo(100);
        List<Instant> issued = service.books().of(sale).rows().stream()
                .map(Book.Row::issuedAt)
                .sorted()
                .toList();
        assertThat(stats.getString("firstIssuedAt")).isEqualTo(issued.get(0).toString());
        assertThat(stats.getString("lastIssuedAt")).isEqualTo(issued.get(99).toString());
        assertThat(stats.getLong("peakPerSecond")).isEqualTo(mostInASecond(issued));
        Duration run = Duration.between(service.books().of(sale).start(), issued.get(99));
        assertThat(stats.getDouble("secondsToSellOut")).isEqualTo(run.toMillis() / 1_000.0);
        JsonObject top = stats.getJsonArray("topUsers").getJsonObject(0);
        assertThat(stats.getJsonArray("topUsers")).hasSize(10);
        assertThat(top.getInteger("issued")).isEqualTo(2);
        assertThat(top.getString("email")).startsWith("load-").endsWith("@loadtest.invalid");
    }

    @Test
    void aRevokedCouponIsNoLongerIssued() {
        long sale = staff.opens(Sale.of(10));
        var callers = service.callers(4);
        callers.allClaim(sale);
        spoil("update user_coupons set status = 'revoked' where event_id = " + sale + " and user_id = "
                + callers.one().userId());
        spoil("update coupon_events set issued_count = issued_count - 1 where id = " + sale);
        JsonObject stats = staff.statsOf(sale);
        assertThat(stats.getInteger("issued")).isEqualTo(3);
        assertThat(stats.getInteger("active")).isEqualTo(3);
        assertThat(stats.getInteger("revoked")).isEqualTo(1);
        assertThat(stats.getInteger("remaining")).isEqualTo(7);
        assertThat(stats.getValue("secondsToSellOut")).isNull();
        assertThat(codes(list(sale, "status=revoked"))).hasSize(1);
        assertThat(codes(list(sale, "status=active"))).hasSize(3);
    }

    @Test
    void aSaleNobodyCameToHasNumbersToo() {
        long sale = staff.opens(Sale.of(10));
        JsonObject stats = staff.statsOf(sale);
        assertThat(stats.getInteger("issued")).isZero();
        assertThat(stats.getJsonArray("perSecond")).isEmpty();
        assertThat(stats.getValue("firstIssuedAt")).isNull();
        assertThat(staff.web()
                        .get("/api/admin/events/" + (sale + 1_000) + "/stats")
                        .code())
                .isEqualTo("EVENT_NOT_FOUND");
    }

    @Test
    void theListGoesThroughAllCouponsOnce() {
        long sale = staff.opens(Sale.of(25).perUser(5));
        var callers = service.callers(5);
        callers.allClaimWithKeys(sale, 5);
        List<String> all = service.books().of(sale).codes();

        List<String> seen = new ArrayList<>();
        JsonObject page = list(sale, "limit=4");
        seen.addAll(codes(page));
        while (page.getString("nextCursor") != null) {
            page = list(sale, "limit=4&cursor=" + page.getString("nextCursor"));
            seen.addAll(codes(page));
        }

        assertThat(seen).hasSize(25).containsExactlyInAnyOrderElementsOf(all);
        assertThat(codes(list(sale, "userId=" + callers.one().userId()))).hasSize(5);
        assertThat(codes(list(sale, "code=" + all.get(3)))).containsExactly(all.get(3));
        assertThat(codes(list(sale, "status=used"))).isEmpty();
        assertThat(codes(list(staff.opens(Sale.of(1)), "code=" + all.get(3)))).isEmpty();
    }

    @Test
    void theExportIsWhatPostgresHolds() {
        long sale = staff.opens(Sale.of(2_500));
        service.callers(2_500).allClaim(sale);
        staff.web()
                .patch("/api/admin/events/" + sale, new JsonObject().put("title", "=1+1, \"free\""))
                .with(200);

        var export = staff.web().get("/api/admin/events/" + sale + "/coupons.csv");

        assertThat(export.status()).isEqualTo(200);
        assertThat(export.header("Content-Type")).isEqualTo("text/csv; charset=utf-8");
        assertThat(export.header("Content-Disposition")).isEqualTo("attachment; filename=\"coupons-" + sale + ".csv\"");
        List<String> lines = export.text().lines().toList();
        assertThat(lines.get(0))
                .isEqualTo("couponId,couponCode,eventId,eventTitle,userId,status,issuedAt,expiresAt,usedAt");
        assertThat(lines.stream().skip(1).map(line -> line.substring(0, line.indexOf(",active,"))))
                .containsExactlyInAnyOrderElementsOf(service.books().of(sale).rows().stream()
                        .map(row -> row.couponId() + "," + row.code() + "," + sale + ",\"'=1+1, \"\"free\"\"\","
                                + row.userId())
                        .toList());
    }

    @Test
    void whoDoesNotReadKeepsNobodyWaiting() throws Exception {
        long sale = staff.opens(Sale.of(200_000));
        spoil("insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease, epoch, issued_at, expires_at)"
                + " select gen_random_uuid(), " + sale
                + ", n, 1, 'SLOW-' || n, gen_random_uuid(), 1, now(), now() + interval '30 days'"
                + " from generate_series(1, 100000) n");
        staff.web()
                .patch("/api/admin/events/" + sale, new JsonObject().put("title", "쿠".repeat(200)))
                .with(200);
        String path = "/api/admin/events/" + sale + "/coupons.csv";
        try (var slow = new Socket()) {
            slow.setReceiveBufferSize(4_096);
            slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), service.port()));
            slow.getOutputStream()
                    .write(("GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + staff.token()
                                    + "\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> staff.web().get(path).code().equals("OVERLOADED"));

            await("no connection is held for it").during(Duration.ofMillis(300)).until(() -> busyReaders() == 0);
            assertThat(staff.statsOf(sale).getJsonArray("perSecond")).isNotEmpty();
            assertThat(staff.web().get(path).code()).as("it is still under way").isEqualTo("OVERLOADED");

            // its time is up: somebody else may, and it cannot think that it has all
            await().atMost(Duration.ofMinutes(1))
                    .ignoreException(UncheckedIOException.class) // nor may a busy machine read all in its time
                    .until(() -> staff.web().get(path).status() == 200);
            assertThat(read(slow)).doesNotContain("\r\n0\r\n\r\n").doesNotContain("SLOW-100000,");
        }
    }

    @Test
    void whateverTheStaffDoesIsRemembered() {
        long sale = staff.opens(Sale.of(10));
        staff.pauses(sale);
        staff.resumes(sale);
        var raised = staff.asksForTotal(sale, 20);
        staff.asksForTotal(sale, 20);
        staff.ends(sale);
        var tooLate = staff.asksForTotal(sale, 30);

        JsonArray log = await().until(
                        () -> audit("target=event:" + sale), lines -> lines.size() == 7 && outcome(lines, 0) != null);

        assertThat(log.stream().map(line -> ((JsonObject) line).getString("action")))
                .containsExactly(
                        "event.patch",
                        "event.end",
                        "event.patch",
                        "event.patch",
                        "event.resume",
                        "event.pause",
                        "event.create");
        assertThat(outcome(log, 0)).isEqualTo("EVENT_STATE_CONFLICT");
        assertThat(log.getJsonObject(0).getString("traceId")).isEqualTo(tooLate.header("X-Request-Id"));
        JsonObject patch = log.getJsonObject(3);
        assertThat(patch.getString("outcome")).isEqualTo("DONE");
        assertThat(patch.getString("traceId")).isEqualTo(raised.header("X-Request-Id"));
        assertThat(patch.getString("client")).isEqualTo("127.0.0.0/24");
        assertThat(patch.getString("role")).isEqualTo("ADMIN");
        assertThat(patch.getJsonObject("before"))
                .isEqualTo(new JsonObject().put("totalCount", 10).put("remainingCount", 10));
        assertThat(patch.getJsonObject("after"))
                .isEqualTo(new JsonObject().put("totalCount", 20).put("remainingCount", 20));
        assertThat(log.getJsonObject(2).getValue("after")).as("nothing changed").isNull();
        assertThat(log.getJsonObject(6).getJsonObject("after").getString("title"))
                .isEqualTo("Flash sale of 10");
        JsonArray ofThisUser = audit("action=auth.login&actor=" + patch.getLong("actor"));
        assertThat(ofThisUser.getJsonObject(0).getString("target")).isEqualTo("user:" + patch.getLong("actor"));
    }

    @Test
    void whoFailsToPassForStaffIsRemembered() {
        String email = "guesser" + System.nanoTime() + "@stories.example";
        var person = new JsonObject()
                .put("email", email)
                .put("password", "a-password-of-their-own")
                .put("name", "G");
        assertThat(Web.anybody(service).post("/api/auth/register", person).status())
                .isEqualTo(201);
        long before = refusedLogins().size();
        for (String address : List.of(email, RunningService.ADMIN_EMAIL)) {
            var wrong = new JsonObject().put("email", address).put("password", "not-the-right-one");
            assertThat(Web.anybody(service).post("/api/auth/login", wrong).status())
                    .isEqualTo(401);
        }
        JsonObject line = await().until(this::refusedLogins, lines -> lines.size() > before)
                .getJsonObject(0);
        assertThat(line.getString("outcome")).isEqualTo("INVALID_CREDENTIALS");
        assertThat(line.getString("target")).isEqualTo("user:" + adminId());
        assertThat(line.getString("client")).isEqualTo("127.0.0.0/24");
        assertThat(line.getValue("actor")).as("who it was").isNull();
        assertThat(refusedLogins()).as("users' own affair").hasSize((int) before + 1);
    }

    private long adminId() {
        return service.books().count("select id from users where email = '" + RunningService.ADMIN_EMAIL + "'");
    }

    /** The newest first. */
    private JsonArray refusedLogins() {
        var refused = audit("action=auth.login&limit=100").stream()
                .map(JsonObject.class::cast)
                .filter(line -> !"DONE".equals(line.getString("outcome")))
                .toList();
        return new JsonArray(refused);
    }

    @Test
    void whoIsKeptOutIsRememberedToo() {
        long sale = staff.opens(Sale.of(10));
        var user = service.callers(1).one();
        String path = "/api/admin/events/" + sale + "/pause";
        var forbidden = Web.anybody(service).as(user.token()).post(path, null);
        var unknown = Web.anybody(service).post(path, null);
        assertThat(forbidden.status()).isEqualTo(403);
        assertThat(unknown.status()).isEqualTo(401);

        JsonArray log = await().until(
                        () -> audit("target=" + ("POST " + path).replace(" ", "%20")), lines -> lines.size() == 2);

        Map<String, JsonObject> byRole = log.stream()
                .map(JsonObject.class::cast)
                .collect(Collectors.toMap(line -> line.getString("role"), line -> line));
        assertThat(byRole.get("USER").getLong("actor")).isEqualTo(user.userId());
        assertThat(byRole.get("USER").getString("outcome")).isEqualTo("FORBIDDEN");
        assertThat(byRole.get("USER").getString("traceId")).isEqualTo(forbidden.header("X-Request-Id"));
        assertThat(byRole.get("NOBODY").getValue("actor")).isNull();
        assertThat(byRole.get("NOBODY").getString("traceId")).isEqualTo(unknown.header("X-Request-Id"));
        assertThat(audit("action=loadtest.users&limit=1")
                        .getJsonObject(0)
                        .getJsonObject("after")
                        .getInteger("count"))
                .isPositive();
    }

    @Test
    void theStaffFindsItsEvents() {
        long sale = staff.opens(Sale.of(77));
        staff.pauses(sale);
        JsonArray found = staff.web()
                .get("/api/admin/events?status=paused&q=SALE%20of%2077")
                .with(200)
                .getJsonArray("items");
        assertThat(found).hasSize(1);
        assertThat(found.getJsonObject(0).getLong("eventId")).isEqualTo(sale);
        assertThat(found.getJsonObject(0).getString("codePrefix")).isEqualTo("STORY");
        assertThat(staff.web().get("/api/admin/events?q=no%20such").with(200).getJsonArray("items"))
                .isEmpty();
    }

    private JsonArray audit(String query) {
        return staff.web().get("/api/admin/audit?" + query).with(200).getJsonArray("items");
    }

    private JsonObject list(long sale, String query) {
        return staff.web()
                .get("/api/admin/events/" + sale + "/coupons?" + query)
                .with(200);
    }

    /** Does to the rows what the service does elsewhere. */
    private void spoil(String sql) {
        service.books().count("with changed as (" + sql + " returning 1) select count(*) from changed");
    }

    private long busyReaders() {
        return service.books()
                .count("select count(*) from pg_stat_activity where datname = current_database()"
                        + " and state <> 'idle' and pid <> pg_backend_pid() and query like '%coupon_code = $5%'");
    }

    private static String outcome(JsonArray log, int line) {
        return log.getJsonObject(line).getString("outcome");
    }

    private static List<String> codes(JsonObject page) {
        return page.getJsonArray("items").stream()
                .map(coupon -> ((JsonObject) coupon).getString("couponCode"))
                .toList();
    }

    private static long sum(JsonArray points) {
        return points.stream()
                .mapToLong(p -> ((JsonObject) p).getLong("issued"))
                .sum();
    }

    private static long mostInASecond(List<Instant> issued) {
        return issued.stream()
                .collect(Collectors.groupingBy(Instant::getEpochSecond, Collectors.counting()))
                .values()
                .stream()
                .mapToLong(Long::longValue)
                .max()
                .orElse(0);
    }

    /** All that came, until the other side closed. */
    private static String read(Socket socket) throws IOException {
        socket.setSoTimeout(10_000);
        var text = new StringBuilder();
        byte[] bytes = new byte[65_536];
        try {
            for (int n = socket.getInputStream().read(bytes);
                    n > 0;
                    n = socket.getInputStream().read(bytes)) {
                text.append(new String(bytes, 0, n, StandardCharsets.UTF_8));
            }
        } catch (SocketException reset) {
            return text.toString();
        }
        return text.toString();
    }
}
