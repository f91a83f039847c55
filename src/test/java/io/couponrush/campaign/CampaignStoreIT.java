package io.couponrush.campaign;

import static io.couponrush.campaign.CampaignDatabase.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CampaignStoreIT {
    private static final Deed DEED = new Deed(7L, "ADMIN", "event.patch", "trace-7", "203.0.113.0/24");
    private static CampaignDatabase database;
    private static CampaignStore store;
    private static CampaignEditStore edits;
    private static WindowStore windows;
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

    private static EventQuery asked(@Nullable CampaignStatus status, @Nullable Cursor after) {
        return new EventQuery(status, null, after, 100);
    }

    @BeforeAll
    static void open() {
        database = new CampaignDatabase();
        store = new CampaignStore(database.pool());
        edits = new CampaignEditStore(database.pool());
        windows = new WindowStore(database.pool());
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void clean() {
        database.query("truncate coupon_events, user_coupons, outbox");
    }

    @Test
    void findsWhatItMade() {
        Terms terms = running();
        Campaign made = await(store.create(terms, DEED));
        assertThat(made.terms()).isEqualTo(terms);
        assertThat(made.epoch()).isGreaterThan(now.minusSeconds(60).toEpochMilli());
        assertThat(await(store.find(made.eventId()))).isEqualTo(made);
        assertThat(await(store.find(made.eventId() + 1))).isNull();
    }

    @Test
    void statusOfTheListIsThatOfTheCampaign() {
        create(now.plusSeconds(60), now.plusSeconds(120));
        create(now.minusSeconds(120), now.minusSeconds(60));
        create(now.minusSeconds(60), now.plusSeconds(60));
        for (long start : new long[] {-60, 60}) {
            change(create(now.plusSeconds(start), now.plusSeconds(120)), Edit.PAUSE);
        }
        List<Campaign> all = await(store.list(asked(null, null), 100));
        assertThat(all).hasSize(5);
        for (CampaignStatus status : CampaignStatus.values()) {
            assertThat(await(store.list(asked(status, null), 100)))
                    .isNotEmpty()
                    .isEqualTo(all.stream().filter(c -> c.status(now) == status).toList());
        }
    }

    @Test
    void pagesGoThroughAllOnceNewestStartFirst() {
        for (int i = 0; i < 7; i++) {
            create(now.plus(Duration.ofMinutes(i / 2)), now.plus(Duration.ofHours(1)));
        }
        List<Campaign> seen = new ArrayList<>();
        List<Campaign> page = await(store.list(asked(null, null), 3));
        while (!page.isEmpty()) {
            seen.addAll(page);
            String sent = Cursor.behind(seen.get(seen.size() - 1)).encode();
            Cursor cursor = Cursor.parse(new String(Base64.getUrlDecoder().decode(sent), UTF_8));
            page = await(store.list(asked(null, cursor), 3));
        }
        assertThat(seen)
                .isEqualTo(await(store.list(asked(null, null), 100)))
                .hasSize(7)
                .doesNotHaveDuplicates();
    }

    @Test
    void epochRisesWithStockLimitWindowAndPauseOnly() {
        Campaign made = await(store.create(running(), DEED));
        Change text = change(made, patch("description", "new"));
        assertThat(text.happened()).isTrue();
        assertThat(text.fenced()).isFalse();
        Campaign last = text.after();
        for (Edit edit : List.of(
                patch("totalCount", 50),
                patch("maxPerUser", 2),
                patch("startTime", now.minusSeconds(5).toString()),
                patch("endTime", now.plusSeconds(99).toString()),
                Edit.PAUSE,
                Edit.RESUME,
                Edit.END)) {
            Change change = change(made, edit);
            assertThat(change.fenced()).isTrue();
            assertThat(change.after().epoch()).isGreaterThan(last.epoch());
            assertThat(change.after().version()).isEqualTo(last.version() + 1);
            last = change.after();
        }
        assertThat(change(made, Edit.END).happened()).isFalse();
    }

    @Test
    void stockTurnsOncePerGenerationAndTellsIt() {
        Campaign made = await(store.create(running(), DEED));
        long id = made.eventId();
        await(database.issue(id, 10));
        assertThat(change(made, patch("totalCount", 10)).after().soldOutGeneration())
                .isEqualTo(1);
        assertThat(change(made, patch("totalCount", 12)).after().soldOutGeneration())
                .isEqualTo(2);
        assertThat(change(made, patch("totalCount", 15)).turned()).isFalse();
        assertThat(change(made, patch("totalCount", 10)).after().soldOutGeneration())
                .isEqualTo(3);
        assertThat(change(made, Edit.PAUSE).turned()).isFalse();
        assertThat(turns()).containsExactly(turn(id, 1), turn(id, 2), turn(id, 3));
        assertThat(payload("coupon.soldout"))
                .isEqualTo(
                        new JsonObject().put("eventId", id).put("generation", 1).put("eventTitle", "Welcome"));
    }

    @Test
    void eachVersionIsToldOnce() {
        Campaign made = await(store.create(running(), DEED));
        long id = made.eventId();
        change(made, Edit.PAUSE);
        change(made, Edit.PAUSE);
        change(made, patch("title", "Farewell"));
        assertThat(told()).containsExactly("event:" + id + ":2 coupon.event", "event:" + id + ":3 coupon.event");
        assertThat(payload("coupon.event"))
                .isEqualTo(new JsonObject()
                        .put("eventId", id)
                        .put("eventTitle", "Welcome")
                        .put("status", "paused")
                        .put("generation", 0));
    }

    @Test
    void theClockTellsOfAStartAndAnEndOnce() {
        Campaign made = create(now.plusSeconds(60), now.plusSeconds(120));
        assertThat(await(windows.tell())).isZero();
        movesWindow(made, "created_at = now() - interval '1 hour', start_time = now() - interval '1 second'");
        assertThat(await(windows.tell())).isEqualTo(1);
        assertThat(await(windows.tell())).isZero();
        assertThat(payload("coupon.event"))
                .isEqualTo(new JsonObject()
                        .put("eventId", made.eventId())
                        .put("eventTitle", "Welcome")
                        .put("status", "active")
                        .put("generation", 0));
        movesWindow(made, "end_time = now()");
        assertThat(await(windows.tell())).isEqualTo(1);
        assertThat(await(windows.tell())).isZero();
        assertThat(database.query("select payload ->> 'status' from outbox order by id").stream()
                        .map(row -> row.getString(0)))
                .containsExactly("active", "ended");
    }

    @Test
    void manyNodesTellOfOneStartOnce() {
        for (int i = 0; i < 300; i++) create(now.plusSeconds(60), now.plusSeconds(120));
        database.query("update coupon_events set created_at = now() - interval '1 hour', start_time = now()");
        for (int round = 0; round < 3; round++) {
            var looks = IntStream.range(0, 16).mapToObj(i -> windows.tell()).toList();
            await(Future.all(looks));
        }
        assertThat(told()).hasSize(300).doesNotHaveDuplicates();
    }

    /** Who edits after a start or an end has told how things stand, and a paused campaign does not start. */
    @Test
    void theClockDoesNotRepeatWhatAnEditHasTold() {
        change(create(now.minusSeconds(60), now.plusSeconds(60)), Edit.END);
        Campaign paused = create(now.plusSeconds(60), now.plusSeconds(120));
        change(paused, Edit.PAUSE);
        movesWindow(paused, "edited_at = now() - interval '1 hour', start_time = now() - interval '1 second'");
        create(now.minusSeconds(60), now.plusSeconds(60));
        database.query("delete from outbox");
        assertThat(await(windows.tell())).isZero();
        change(paused, Edit.RESUME);
        assertThat(told()).hasSize(1);
        assertThat(await(windows.tell())).isZero();
    }

    private static void movesWindow(Campaign campaign, String assignments) {
        database.query("update coupon_events set " + assignments + " where id = " + campaign.eventId());
    }

    @Test
    void deniedChangeWritesNothing() {
        Campaign made = await(store.create(running(), DEED));
        await(database.issue(made.eventId(), 10));
        assertThat(await(edits.change(made.eventId(), patch("totalCount", 9), DEED)))
                .isInstanceOf(Answer.Denied.class);
        assertThat(await(store.find(made.eventId())).version()).isEqualTo(made.version());
    }

    @Test
    void endIsNotBeforeWhatWasIssuedWhileItWaited() throws Exception {
        Campaign made = await(store.create(running(), DEED));
        SqlConnection issuing = await(database.pool().getConnection());
        var tx = await(issuing.begin());
        await(issuing.query("select 1 from coupon_events where id = %d for update".formatted(made.eventId()))
                .execute());
        Future<Answer<Change>> ending = edits.change(made.eventId(), Edit.END, DEED);
        TimeUnit.MILLISECONDS.sleep(200);
        Row issued = await(issuing.query("select clock_timestamp()").execute())
                .iterator()
                .next();
        await(tx.commit());
        await(issuing.close());
        assertThat(after(ending).terms().endTime())
                .isAfter(issued.getOffsetDateTime(0).toInstant());
    }

    @Test
    void changesBetweenClaimsNeverOversellAndTurnTheStockOneByOne() {
        Campaign made = await(store.create(running(), DEED));
        long id = made.eventId();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(database.claim(id, i));
            if (i % 4 == 0) {
                all.add(edits.change(id, patch("totalCount", 10 + (i * 7) % 90), DEED));
            }
        }
        await(Future.all(all));
        Campaign end = await(store.find(id));
        long rows = database.query("select count(*) from user_coupons where event_id = " + id)
                .iterator()
                .next()
                .getLong(0);
        assertThat(rows)
                .isPositive()
                .isEqualTo(end.issuedCount())
                .isLessThanOrEqualTo(end.terms().totalCount());
        assertThat(end.soldOut()).isEqualTo(end.remainingCount() == 0);
        assertThat(turns())
                .isEqualTo(IntStream.rangeClosed(1, end.soldOutGeneration())
                        .mapToObj(g -> turn(id, g))
                        .toList());
    }

    @Test
    void claimReservedBeforeAPauseIsFencedAfterIt() {
        Campaign made = await(store.create(running(), DEED));
        change(made, Edit.PAUSE);
        assertThat(await(database.claim(made.eventId(), 1))).isEqualTo("PAUSED");
        change(made, Edit.RESUME);
        String late = database.query(
                        """
                        select outcome from issue_batch(%d, %d, array[gen_random_uuid()], array[1::bigint],
                            array[gen_random_uuid()], array['CR-LATE'])
                        """
                                .formatted(made.eventId(), made.epoch()))
                .iterator()
                .next()
                .getString(0);
        assertThat(late).isEqualTo("FENCED");
        assertThat(await(database.claim(made.eventId(), 1))).isEqualTo("ISSUED");
    }

    @Test
    void oneOfTwoEditsOfTheSameVersionIsStale() {
        Campaign made = await(store.create(running(), DEED));
        var seen = new IfMatch(ETag.of(made, now));
        List<Future<Answer<Change>>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(edits.change(made.eventId(), patch("title", "Title " + i).onlyIf(seen), DEED));
        }
        await(Future.all(all));
        assertThat(all.stream().filter(f -> f.result() instanceof Answer.Given).count())
                .isEqualTo(1);
        assertThat(await(store.find(made.eventId())).version()).isEqualTo(made.version() + 1);
    }

    @Test
    void whatWasDoneIsInTheAuditLogOrWasNotDone() {
        Campaign made = await(store.create(running(), DEED));
        change(made, patch("totalCount", 50));
        change(made, Edit.PAUSE);
        change(made, Edit.PAUSE); // changes nothing, but was done
        await(edits.change(made.eventId(), patch("totalCount", -1), DEED));
        await(edits.change(made.eventId() + 1, Edit.PAUSE, DEED));
        assertThat(audited("event:" + made.eventId()))
                .hasSize(4)
                .contains(
                        "{\"totalCount\": " + made.terms().totalCount() + ", \"remainingCount\": "
                                + made.terms().totalCount() + "} {\"totalCount\": 50, \"remainingCount\": 50}",
                        "{\"status\": \"active\"} {\"status\": \"paused\"}",
                        "null null");
        assertThat(audited("event:" + (made.eventId() + 1))).isEmpty();
    }

    @Test
    void whatCannotBeWrittenDownIsNotDone() {
        Campaign made = await(store.create(running(), DEED));
        Deed unspeakable = new Deed(7L, "ADMIN", "event.patch", "\0", null); // Postgres takes no NUL
        assertThat(edits.change(made.eventId(), Edit.PAUSE, unspeakable)
                        .map(false)
                        .otherwise(true))
                .satisfies(failed -> assertThat(await(failed)).isTrue());
        assertThat(store.create(running(), unspeakable).map(false).otherwise(true))
                .satisfies(failed -> assertThat(await(failed)).isTrue());
        assertThat(await(store.list(asked(null, null), 100))).containsExactly(made);
    }

    @Test
    void theStaffFindsByWordsOfTheTitle() {
        Campaign made = await(store.create(running(), DEED));
        Campaign other = change(await(store.create(running(), DEED)), patch("title", "100% OFF_Season 여름"))
                .after();
        for (String words : List.of("100% off", "f_s", "여름", "SEASON")) {
            assertThat(await(store.list(new EventQuery(null, words, null, 9), 9)))
                    .as(words)
                    .containsExactly(other);
        }
        assertThat(await(store.list(new EventQuery(null, "0%f", null, 9), 9))).isEmpty();
        assertThat(await(store.list(new EventQuery(null, null, null, 9), 9))).contains(made, other);
    }

    private static List<String> audited(String target) {
        List<String> lines = new ArrayList<>();
        database.query("select coalesce(before::text, 'null') || ' ' || coalesce(after::text, 'null') from audit_log"
                        + " where target = '" + target + "' order by id")
                .forEach(row -> lines.add(row.getString(0)));
        return lines;
    }

    private Terms running() {
        return Sample.terms(now.minusSeconds(60), now.plusSeconds(3600));
    }

    @CanIgnoreReturnValue
    private Campaign create(Instant start, Instant end) {
        return await(store.create(Sample.terms(start, end), DEED));
    }

    @CanIgnoreReturnValue
    private static Change change(Campaign campaign, Edit edit) {
        return ((Answer.Given<Change>) await(edits.change(campaign.eventId(), edit, DEED))).value();
    }

    private static Campaign after(Future<Answer<Change>> change) {
        return ((Answer.Given<Change>) await(change)).value().after();
    }

    private static Edit patch(String field, Object value) {
        return new Patch(new JsonObject().put(field, value));
    }

    private static String turn(long eventId, int generation) {
        return generation % 2 == 1
                ? "soldout:" + eventId + ":" + generation + " coupon.soldout"
                : "reopened:" + eventId + ":" + generation + " coupon.reopened";
    }

    private static JsonObject payload(String topic) {
        return database.query("select payload from outbox where topic = '" + topic + "' order by id limit 1")
                .iterator()
                .next()
                .get(JsonObject.class, 0);
    }

    private static List<String> turns() {
        return told().stream()
                .filter(one -> one.startsWith("soldout:") || one.startsWith("reopened:"))
                .toList();
    }

    private static List<String> told() {
        List<String> told = new ArrayList<>();
        database.query("select dedup || ' ' || topic from outbox order by id")
                .forEach(row -> told.add(row.getString(0)));
        return told;
    }
}
