package io.couponrush.campaign;

import static io.couponrush.campaign.CampaignDatabase.await;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.PATCH;
import static io.vertx.core.http.HttpMethod.POST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.couponrush.bus.StockTurned;
import io.couponrush.http.Role;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.client.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StaffEventRoutesIT {
    private static CampaignServer server;
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @BeforeAll
    static void start() {
        server = new CampaignServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void forget() {
        server.reload = id -> Future.succeededFuture();
        server.reloaded.clear();
        server.turned.clear();
        server.userHas = 0;
    }

    @Test
    void newEventIsThereForEverybody() {
        var made = server.staff(POST, "", running());
        assertThat(made.statusCode()).isEqualTo(201);
        assertThat(made.getHeader("Location"))
                .isEqualTo("/api/coupons/events/" + made.bodyAsJsonObject().getLong("eventId"));
        JsonObject seen = server.get("/" + id(made)).bodyAsJsonObject();
        assertThat(seen.copy().put("codePrefix", "CR")).isEqualTo(made.bodyAsJsonObject());
        assertThat(seen.getString("status")).isEqualTo("active");
        assertThat(seen.getString("startTime")).isEqualTo(now.minusSeconds(60).toString());
        assertThat(server.reloaded).containsExactly(id(made));
    }

    @Test
    void termsAndAudienceAreKeptAndShown() {
        var made = server.staff(
                POST, "", running().put("terms", "One each.\n\t쿠폰은 양도할 수 없습니다.").put("audience", "restricted"));
        JsonObject seen = server.get("/" + id(made)).bodyAsJsonObject();
        assertThat(seen.getString("terms")).isEqualTo("One each.\n\t쿠폰은 양도할 수 없습니다.");
        assertThat(seen.getString("audience")).isEqualTo("restricted");
        var changed = server.staff(
                PATCH, "/" + id(made), new JsonObject().put("terms", "").put("audience", "public"));
        assertThat(changed.bodyAsJsonObject().getString("terms")).isEmpty();
        assertThat(server.get("/" + id(made)).bodyAsJsonObject().getString("audience"))
                .isEqualTo("public");
        JsonObject plain =
                server.get("/" + id(server.staff(POST, "", running()))).bodyAsJsonObject();
        assertThat(plain.getString("terms")).isEmpty();
        assertThat(plain.getString("audience")).isEqualTo("public");
    }

    @Test
    void copyHasTheSameTermsInANewWindow() {
        var body = running().put("terms", "One each.").put("codePrefix", "COPY").put("audience", "restricted");
        long original = id(server.staff(POST, "", body));
        await(server.database.issue(original, 10));
        server.staff(POST, "/" + original + "/end", new JsonObject());
        var window = new JsonObject()
                .put("startTime", now.plusSeconds(600).toString())
                .put("endTime", now.plusSeconds(1200).toString());
        var copied = server.staff(POST, "/" + original + "/copies", window);
        assertThat(copied.statusCode()).isEqualTo(201);
        JsonObject copy = copied.bodyAsJsonObject();
        assertThat(copied.getHeader("Location")).isEqualTo("/api/coupons/events/" + id(copied));
        assertThat(id(copied)).isNotEqualTo(original);
        assertThat(copy.getInteger("issuedCount")).isZero();
        assertThat(copy.getString("status")).isEqualTo("scheduled");
        JsonObject wanted = server.staff(PATCH, "/" + original, new JsonObject().put("title", "Welcome"))
                .bodyAsJsonObject();
        for (String own :
                List.of("eventId", "issuedCount", "remainingCount", "startTime", "endTime", "status", "createdAt")) {
            wanted.put(own, copy.getValue(own));
        }
        assertThat(copy).isEqualTo(wanted);
        assertThat(server.reloaded).contains(id(copied));
        var renamed = server.staff(
                POST, "/" + original + "/copies", window.put("title", "Again").put("totalCount", 7));
        assertThat(renamed.bodyAsJsonObject().getString("title")).isEqualTo("Again");
        assertThat(renamed.bodyAsJsonObject().getInteger("totalCount")).isEqualTo(7);
    }

    @Test
    void copyThatCannotBeIsNotMade() {
        long original = id(server.staff(POST, "", running()));
        var past = new JsonObject()
                .put("startTime", now.minusSeconds(600).toString())
                .put("endTime", now.minusSeconds(60).toString());
        long before = server.database
                .query("select count(*) from coupon_events")
                .iterator()
                .next()
                .getLong(0);
        assertThat(server.staff(POST, "/" + original + "/copies", past).bodyAsString())
                .contains("VALIDATION_FAILED", "endTime");
        assertThat(server.staff(POST, "/" + original + "/copies", new JsonObject())
                        .bodyAsString())
                .contains("VALIDATION_FAILED", "startTime", "endTime");
        assertThat(code(server.staff(POST, "/99999999/copies", past))).isEqualTo("EVENT_NOT_FOUND");
        server.staff(PATCH, "/" + original, new JsonObject().put("totalCount", 0));
        var future = past.put("endTime", now.plusSeconds(60).toString());
        assertThat(server.staff(POST, "/" + original + "/copies", future).bodyAsString())
                .contains("VALIDATION_FAILED", "totalCount");
        assertThat(server.database
                        .query("select count(*) from coupon_events")
                        .iterator()
                        .next()
                        .getLong(0))
                .isEqualTo(before);
    }

    @Test
    void onlyTheStaffMayChangeAnything() {
        for (var call : new String[] {"", "/1/copies", "/1/pause", "/1/resume", "/1/end"}) {
            String path = "/api/admin/events" + call;
            assertThat(await(server.as(Role.USER, POST, path).sendJsonObject(running()))
                            .statusCode())
                    .isEqualTo(403);
            assertThat(await(server.as(null, POST, path).sendJsonObject(running()))
                            .statusCode())
                    .isEqualTo(401);
        }
        assertThat(await(server.as(Role.USER, PATCH, "/api/admin/events/1").sendJsonObject(new JsonObject()))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void tellsWhatIsWrongWithANewEvent() {
        var alone = server.staff(POST, "", running().put("totalCount", 0).put("minPurchaseAmount", 0.125));
        assertThat(alone.statusCode()).isEqualTo(400);
        assertThat(alone.bodyAsString()).contains("VALIDATION_FAILED", "totalCount", "minPurchaseAmount");
        var together = server.staff(
                POST,
                "",
                running().put("endTime", now.minusSeconds(90).toString()).put("discountValue", 101));
        assertThat(together.statusCode()).isEqualTo(400);
        assertThat(together.bodyAsString()).contains("VALIDATION_FAILED", "endTime", "discountValue");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "99999999", "abc", "1.0", "99999999999999999999"})
    void unknownEventIsNotFound(String id) {
        assertThat(code(server.staff(PATCH, "/" + id, new JsonObject().put("title", "x"))))
                .isEqualTo("EVENT_NOT_FOUND");
        assertThat(code(server.staff(POST, "/" + id + "/pause", new JsonObject())))
                .isEqualTo("EVENT_NOT_FOUND");
        assertThat(code(server.get("/" + id))).isEqualTo("EVENT_NOT_FOUND");
    }

    @Test
    void pauseResumeAndEndAreSeenAtOnce() {
        long id = id(server.staff(POST, "", running()));
        for (String step : new String[] {"pause paused", "pause paused", "resume active", "end ended", "end ended"}) {
            String action = step.substring(0, step.indexOf(' '));
            String status = step.substring(step.indexOf(' ') + 1);
            var answer = await(server.as(Role.ADMIN, POST, "/api/admin/events/" + id + "/" + action)
                    .send());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.bodyAsJsonObject().getString("status")).isEqualTo(status);
            assertThat(server.get("/" + id).bodyAsJsonObject().getString("status"))
                    .isEqualTo(status);
        }
        assertThat(server.reloaded).hasSize(4); // made, paused, resumed, ended
        assertThat(code(server.staff(POST, "/" + id + "/resume", new JsonObject())))
                .isEqualTo("EVENT_STATE_CONFLICT");
    }

    @Test
    void scheduledEventCanBeCalledOff() {
        long id = id(server.staff(
                POST, "", running().put("startTime", now.plusSeconds(60).toString())));
        var ended = server.staff(POST, "/" + id + "/end", new JsonObject());
        assertThat(ended.statusCode()).isEqualTo(200);
        assertThat(ended.bodyAsJsonObject().getString("status")).isEqualTo("ended");
    }

    @Test
    void soldOutAndReopenedReachEveryNode() {
        long id = id(server.staff(POST, "", running()));
        await(server.database.issue(id, 5));
        assertThat(code(server.staff(PATCH, "/" + id, new JsonObject().put("totalCount", 4))))
                .isEqualTo("EVENT_STATE_CONFLICT");
        var full = server.staff(PATCH, "/" + id, new JsonObject().put("totalCount", 5));
        assertThat(full.bodyAsJsonObject().getBoolean("soldOut")).isTrue();
        await().until(() -> server.flags.soldOut(id));
        var more = server.staff(PATCH, "/" + id, new JsonObject().put("totalCount", 6));
        assertThat(more.bodyAsJsonObject().getInteger("generation")).isEqualTo(2);
        await().until(() -> server.turned.equals(List.of(new StockTurned(id, 1), new StockTurned(id, 2))));
        assertThat(server.flags.soldOut(id)).isFalse();
    }

    @Test
    void committedChangeIsAnsweredWhateverBecomesOfRedis() {
        server.reload = id -> Future.failedFuture("redis is away");
        long id = id(server.staff(POST, "", running()));
        server.reload = failing -> {
            throw new IllegalStateException("redis is away");
        };
        assertThat(server.staff(PATCH, "/" + id, new JsonObject().put("totalCount", 6))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void demoCampaignIsMadeOnceUntilItEnds() {
        Campaign demo = await(server.office.createIfAbsent(DemoCampaign.terms(now)));
        assertThat(await(server.office.createIfAbsent(DemoCampaign.terms(now))).eventId())
                .isEqualTo(demo.eventId());
        server.staff(POST, "/" + demo.eventId() + "/end", new JsonObject());
        assertThat(await(server.office.createIfAbsent(DemoCampaign.terms(now))).eventId())
                .isNotEqualTo(demo.eventId());
    }

    @Test
    void staleEditIsRefusedButIssuingDoesNotMakeItStale() {
        long id = id(server.staff(POST, "", running()));
        String tag = server.get("/" + id).getHeader("ETag");
        await(server.database.issue(id, 1));
        assertThat(patchIf(tag, id, "first").statusCode()).isEqualTo(200);
        assertThat(code(patchIf(tag, id, "second"))).isEqualTo("PRECONDITION_FAILED");
        assertThat(server.get("/" + id).bodyAsJsonObject().getString("title")).isEqualTo("first");
    }

    @Test
    void unchangedEventIsNotSentAgain() {
        long id = id(server.staff(POST, "", running()));
        String tag = server.get("/" + id).getHeader("ETag");
        assertThat(getIf(tag, id).statusCode()).isEqualTo(304);
        assertThat(getIf("\"other\", W/" + tag, id).statusCode()).isEqualTo(304);
        await(server.database.issue(id, 1));
        await().until(() -> getIf(tag, id).statusCode() == 200);
        assertThat(getIf(tag, id).bodyAsJsonObject().getInteger("remainingCount"))
                .isEqualTo(99);
    }

    @Test
    void signedInUserSeesWhatIsLeftForHim() {
        long id = id(server.staff(POST, "", running()));
        String path = "/api/coupons/events/" + id;
        var free = await(server.as(Role.USER, GET, path).send());
        assertThat(free.bodyAsJsonObject().getInteger("userIssuedCount")).isZero();
        assertThat(free.bodyAsJsonObject().getBoolean("canIssue")).isTrue();
        server.userHas = 1;
        var has = await(server.as(Role.USER, GET, path)
                .putHeader("If-None-Match", free.getHeader("ETag"))
                .send());
        assertThat(has.statusCode()).isEqualTo(200);
        assertThat(has.bodyAsJsonObject().getBoolean("canIssue")).isFalse();
        assertThat(server.get("/" + id).bodyAsJsonObject().containsKey("canIssue"))
                .isFalse();
    }

    @Test
    void listIsPagedAndFiltered() {
        for (int i = 0; i < 3; i++) {
            server.staff(POST, "", running());
        }
        JsonObject first = server.get("?status=active&limit=2").bodyAsJsonObject();
        assertThat(first.getJsonArray("items")).hasSize(2);
        JsonObject next =
                server.get("?limit=2&cursor=" + first.getString("nextCursor")).bodyAsJsonObject();
        assertThat(next.getJsonArray("items")).isNotEmpty().doesNotContainAnyElementsOf(first.getJsonArray("items"));
        assertThat(server.get("?limit=100").bodyAsJsonObject().getValue("nextCursor", "none"))
                .isNull();
        assertThat(server.get("?limit=0&status=gone&cursor=!").bodyAsString())
                .contains("VALIDATION_FAILED", "limit", "status", "cursor");
    }

    private JsonObject running() {
        return new JsonObject()
                .put("title", "Welcome")
                .put("totalCount", 100)
                .put("startTime", now.minusSeconds(60).toString())
                .put("endTime", now.plusSeconds(3600).toString())
                .put("discountType", "percentage")
                .put("discountValue", 12.5);
    }

    private static HttpResponse<Buffer> patchIf(String tag, long id, String title) {
        return await(server.as(Role.ADMIN, PATCH, "/api/admin/events/" + id)
                .putHeader("If-Match", tag)
                .sendJsonObject(new JsonObject().put("title", title)));
    }

    private static HttpResponse<Buffer> getIf(String tag, long id) {
        return await(server.as(null, GET, "/api/coupons/events/" + id)
                .putHeader("If-None-Match", tag)
                .send());
    }

    private static long id(HttpResponse<Buffer> made) {
        return made.bodyAsJsonObject().getLong("eventId");
    }

    private static String code(HttpResponse<Buffer> problem) {
        return problem.bodyAsJsonObject().getString("code");
    }
}
