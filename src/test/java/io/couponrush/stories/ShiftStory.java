package io.couponrush.stories;

import static org.assertj.core.api.Assertions.assertThat;

import io.couponrush.testkit.Answers;
import io.couponrush.testkit.Callers;
import io.couponrush.testkit.Callers.Caller;
import io.couponrush.testkit.Partner;
import io.couponrush.testkit.RunningService;
import io.couponrush.testkit.Sale;
import io.couponrush.testkit.Staff;
import io.couponrush.testkit.Web;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** A staffing marketplace rewards those who completed a shift: coupons for users by name, many in one request. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ShiftStory {
    private RunningService service;
    private Staff staff;
    private Partner marketplace;

    @BeforeAll
    void open() {
        service = RunningService.start();
        staff = service.staff();
        marketplace = Partner.signsIn(service, staff, "Shift Marketplace");
    }

    /** A campaign that the marketplace was given. */
    private long opens(Sale sale) {
        long event = staff.opens(sale);
        marketplace.isGiven(event);
        return event;
    }

    @AfterAll
    void close() {
        service.close();
    }

    private Web.Reply asks(long event, List<Long> users, String key) {
        var body = new JsonObject().put("userIds", new JsonArray(users));
        String path = "/api/admin/events/" + event + "/grants";
        Web web = marketplace.web();
        return key == null ? web.post(path, body) : web.post(path, body, "Idempotency-Key", key);
    }

    private JsonObject grants(long event, List<Long> users, String key) {
        return asks(event, users, key).with(200);
    }

    private static List<Long> ids(Callers callers) {
        return callers.all().stream().map(Caller::userId).toList();
    }

    private static Stream<JsonObject> results(JsonObject answer) {
        return answer.getJsonArray("results").stream().map(JsonObject.class::cast);
    }

    private static Map<String, Object> summary(JsonObject answer) {
        return answer.getJsonObject("summary").getMap();
    }

    @Test
    void aThousandWorkersAreRewardedOnce() {
        long event = opens(Sale.of(1_500).perUser(2).with("audience", "restricted"));
        List<Long> workers = ids(service.callers(1_000));
        var first = grants(event, workers, "shift-1");
        assertThat(summary(first)).isEqualTo(Map.of("ISSUED", 1_000));
        assertThat(results(first).map(r -> r.getLong("userId"))).isEqualTo(workers);
        var again = grants(event, workers, "shift-1");
        assertThat(summary(again)).isEqualTo(Map.of("ALREADY_ISSUED", 1_000));
        assertThat(results(again).map(r -> r.getString("couponCode")))
                .containsExactlyElementsOf(
                        results(first).map(r -> r.getString("couponCode")).toList());
        assertThat(summary(grants(event, workers, "shift-2"))).isEqualTo(Map.of("ISSUED", 500, "COUPON_SOLD_OUT", 500));
        var book = service.books().of(event);
        assertThat(book.mistakes()).isEmpty();
        assertThat(book.rows()).hasSize(1_500);
        assertThat(service.books().shelfAtRest(event).stock()).isZero();
    }

    @Test
    void tellsOfEachUserWhatBecameOfTheGrant() {
        long event = opens(Sale.of(10));
        var crowd = service.callers(2);
        List<Long> users = ids(crowd);
        String code =
                crowd.press(List.of(crowd.one().claims(event))).issued().get(0).couponCode();
        var answer = grants(event, List.of(users.get(0), 999_999_999L, users.get(1), users.get(1)), null);
        List<JsonObject> results = results(answer).toList();
        assertThat(results).hasSize(3);
        assertThat(results.get(0).encode())
                .isEqualTo("{\"userId\":" + users.get(0) + ",\"result\":\"USER_LIMIT_EXCEEDED\",\"couponCodes\":[\""
                        + code + "\"]}");
        assertThat(results.get(1).getString("result")).isEqualTo("USER_NOT_FOUND");
        assertThat(results.get(2).getString("result")).isEqualTo("ISSUED");
        var mine = Web.anybody(service)
                .as(crowd.all().get(1).token())
                .get("/api/coupons/my")
                .with(200);
        assertThat(mine.getJsonArray("items").getJsonObject(0).getString("couponCode"))
                .isEqualTo(results.get(2).getString("couponCode"));
        var audit = staff.web()
                .get("/api/admin/audit?action=event.grant&target=event:" + event)
                .with(200);
        assertThat(audit.getJsonArray("items")
                        .getJsonObject(0)
                        .getJsonObject("after")
                        .getJsonArray("userIds"))
                .hasSize(3);
        JsonObject became = staff.web()
                .get("/api/admin/audit?action=event.grant.result&target=event:" + event)
                .with(200)
                .getJsonArray("items")
                .getJsonObject(0);
        assertThat(became.getString("role")).isEqualTo("PARTNER");
        assertThat(results(became.getJsonObject("after")).map(r -> r.getString("result")))
                .containsExactly("USER_LIMIT_EXCEEDED", "USER_NOT_FOUND", "ISSUED");
        assertThat(became.encode()).doesNotContain(results.get(2).getString("couponCode"));
    }

    @Test
    void whoWasTakenOffTheListStaysOffItWhenAGrantIsRepeated() {
        long event = opens(Sale.of(10).perUser(2).with("audience", "restricted"));
        var crowd = service.callers(2);
        List<Long> users = ids(crowd);
        JsonObject first = grants(event, users, "shift");
        assertThat(summary(first)).isEqualTo(Map.of("ISSUED", 2));
        String audience = "/api/admin/events/" + event + "/audience";
        staff.web().delete(audience + "/" + users.get(0), null).with(200);

        JsonObject again = grants(event, users, "shift");

        assertThat(summary(again)).isEqualTo(Map.of("ALREADY_ISSUED", 2));
        assertThat(results(again).map(r -> r.getString("couponCode")))
                .containsExactlyElementsOf(
                        results(first).map(r -> r.getString("couponCode")).toList());
        assertThat(staff.web().get(audience).with(200).getJsonArray("userIds").encode())
                .isEqualTo("[" + users.get(1) + "]");
        assertThat(crowd.press(List.of(crowd.all().get(0).claims(event, "own"))).tally())
                .containsOnlyKeys("FORBIDDEN");
    }

    @Test
    void withoutAKeyAUserIsGrantedOneCoupon() {
        long event = opens(Sale.of(10).perUser(5));
        List<Long> users = ids(service.callers(1));
        assertThat(summary(grants(event, users, null))).isEqualTo(Map.of("ISSUED", 1));
        assertThat(summary(grants(event, users, null))).isEqualTo(Map.of("ALREADY_ISSUED", 1));
        assertThat(summary(grants(event, users, "another"))).isEqualTo(Map.of("ISSUED", 1));
    }

    @Test
    void aKeyIsForOneEventOfOneCaller() {
        long event = opens(Sale.of(10).perUser(5));
        long other = opens(Sale.of(10).perUser(5));
        var crowd = service.callers(1);
        assertThat(summary(grants(event, ids(crowd), "k"))).isEqualTo(Map.of("ISSUED", 1));
        assertThat(summary(grants(other, ids(crowd), "k"))).isEqualTo(Map.of("IDEMPOTENCY_KEY_REUSED", 1));
        assertThat(crowd.press(List.of(crowd.one().claims(event, "k"))).issued())
                .as("the user's own key")
                .hasSize(1)
                .noneMatch(answer -> answer.replayed());
    }

    @Test
    void theWindowAndThePauseHold() {
        List<Long> users = ids(service.callers(1));
        long early = opens(Sale.of(10).startingIn(Duration.ofMinutes(5)));
        long over = opens(Sale.of(10));
        staff.ends(over);
        long paused = opens(Sale.of(10));
        staff.pauses(paused);
        assertThat(summary(grants(early, users, null))).containsOnlyKeys("EVENT_NOT_STARTED");
        assertThat(summary(grants(over, users, null))).containsOnlyKeys("EVENT_ENDED");
        assertThat(summary(grants(paused, users, null))).containsOnlyKeys("EVENT_PAUSED");
        staff.resumes(paused);
        assertThat(summary(grants(paused, users, null))).containsOnlyKeys("ISSUED");
        assertThat(asks(999_999, users, null).code()).isEqualTo("EVENT_NOT_FOUND");
    }

    @Test
    void bodiesBeyondTheBoundsGrantNothing() {
        long event = opens(Sale.of(10));
        long user = service.callers(1).one().userId();
        var many = Stream.iterate(1L, id -> id + 1).limit(1_001).toList();
        assertThat(asks(event, many, null).code()).isEqualTo("VALIDATION_FAILED");
        assertThat(asks(event, List.of(), null).code()).isEqualTo("VALIDATION_FAILED");
        assertThat(asks(event, List.of(user, 0L), null).code()).isEqualTo("VALIDATION_FAILED");
        assertThat(asks(event, List.of(user), "k".repeat(129)).code()).isEqualTo("VALIDATION_FAILED");
        for (Object id : List.of("1", 1.5, true, new JsonArray())) {
            var body = new JsonObject().put("userIds", new JsonArray().add(user).add(id));
            assertThat(staff.web()
                            .post("/api/admin/events/" + event + "/grants", body)
                            .code())
                    .isEqualTo("VALIDATION_FAILED");
        }
        var somebody = Web.anybody(service).as(service.callers(1).one().token());
        var body = new JsonObject().put("userIds", new JsonArray().add(user));
        assertThat(somebody.post("/api/admin/events/" + event + "/grants", body).code())
                .isEqualTo("FORBIDDEN");
        assertThat(service.books().of(event).rows()).isEmpty();
    }

    /** Equal grants at the same moment, while the users claim by themselves. */
    @Test
    void equalGrantsAndClaimsAtTheSameMoment() throws ExecutionException, InterruptedException {
        long event = opens(Sale.of(450).perUser(2));
        var crowd = service.callers(300);
        List<Long> users = ids(crowd);
        var pressing = crowd.start(Callers.shuffled(crowd.presses(event, 1)));
        ExecutorService threads = Executors.newFixedThreadPool(3);
        var answers = new ArrayList<JsonObject>();
        try {
            var asked = new ArrayList<Future<JsonObject>>();
            for (int i = 0; i < 3; i++) asked.add(threads.submit(() -> grants(event, users, "shift")));
            for (Future<JsonObject> one : asked) answers.add(one.get());
        } finally {
            threads.shutdownNow();
        }
        Answers claims = crowd.insist(pressing.answers(), 20);
        var book = service.books().of(event);
        assertThat(book.mistakes()).isEmpty();
        assertThat(book.rows()).hasSize(450);
        Set<String> granted = new HashSet<>();
        for (long user : users) {
            Set<String> codes = new HashSet<>();
            for (JsonObject answer : answers) {
                results(answer)
                        .filter(r -> r.getLong("userId") == user && r.containsKey("couponCode"))
                        .forEach(r -> codes.add(r.getString("couponCode")));
            }
            assertThat(codes).as("one grant, one coupon").hasSizeLessThanOrEqualTo(1);
            granted.addAll(codes);
        }
        assertThat(granted).doesNotContainAnyElementsOf(claims.coupons());
        assertThat(granted.size() + claims.coupons().size()).isEqualTo(450);
        assertThat(book.codes()).containsAll(granted).containsAll(claims.coupons());
    }
}
