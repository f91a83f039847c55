package io.couponrush.campaign;

import static io.couponrush.campaign.CampaignDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.couponrush.http.Answer;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CampaignStoreIT {
    private static CampaignDatabase database;
    private static CampaignStore store;
    private static CampaignEditStore edits;
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);

    @BeforeAll
    static void open() {
        database = new CampaignDatabase();
        store = new CampaignStore(database.pool());
        edits = new CampaignEditStore(database.pool());
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
        Campaign made = await(store.create(terms));
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
        List<Campaign> all = await(store.list(null, null, 100));
        assertThat(all).hasSize(5);
        for (CampaignStatus status : CampaignStatus.values()) {
            assertThat(await(store.list(status, null, 100)))
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
        List<Campaign> page = await(store.list(null, null, 3));
        while (!page.isEmpty()) {
            seen.addAll(page);
            String cursor = Cursor.behind(seen.get(seen.size() - 1)).encode();
            page = await(store.list(null, Cursor.decode(cursor), 3));
        }
        assertThat(seen)
                .isEqualTo(await(store.list(null, null, 100)))
                .hasSize(7)
                .doesNotHaveDuplicates();
    }

    @Test
    void epochRisesWithStockLimitWindowAndPauseOnly() {
        Campaign made = await(store.create(running()));
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
        Campaign made = await(store.create(running()));
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
        assertThat(told()).containsExactly(turn(id, 1), turn(id, 2), turn(id, 3));
        JsonObject payload = database.query("select payload from outbox order by id limit 1")
                .iterator()
                .next()
                .get(JsonObject.class, 0);
        assertThat(payload)
                .isEqualTo(
                        new JsonObject().put("eventId", id).put("generation", 1).put("eventTitle", "Welcome"));
    }

    @Test
    void deniedChangeWritesNothing() {
        Campaign made = await(store.create(running()));
        await(database.issue(made.eventId(), 10));
        assertThat(await(edits.change(made.eventId(), patch("totalCount", 9)))).isInstanceOf(Answer.Denied.class);
        assertThat(await(store.find(made.eventId())).version()).isEqualTo(made.version());
    }

    @Test
    void endIsNotBeforeWhatWasIssuedWhileItWaited() throws Exception {
        Campaign made = await(store.create(running()));
        SqlConnection issuing = await(database.pool().getConnection());
        var tx = await(issuing.begin());
        await(issuing.query("select 1 from coupon_events where id = %d for update".formatted(made.eventId()))
                .execute());
        Future<Answer<Change>> ending = edits.change(made.eventId(), Edit.END);
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
        Campaign made = await(store.create(running()));
        long id = made.eventId();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            all.add(database.claim(id, i));
            if (i % 4 == 0) {
                all.add(edits.change(id, patch("totalCount", 10 + (i * 7) % 90)));
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
        assertThat(told().stream().filter(one -> !one.startsWith("issued:")).toList())
                .isEqualTo(IntStream.rangeClosed(1, end.soldOutGeneration())
                        .mapToObj(g -> turn(id, g))
                        .toList());
    }

    @Test
    void claimReservedBeforeAPauseIsFencedAfterIt() {
        Campaign made = await(store.create(running()));
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
        Campaign made = await(store.create(running()));
        var seen = new IfMatch(ETag.of(made, now));
        List<Future<Answer<Change>>> all = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            all.add(edits.change(made.eventId(), patch("title", "Title " + i).onlyIf(seen)));
        }
        await(Future.all(all));
        assertThat(all.stream().filter(f -> f.result() instanceof Answer.Given).count())
                .isEqualTo(1);
        assertThat(await(store.find(made.eventId())).version()).isEqualTo(made.version() + 1);
    }

    private Terms running() {
        return Sample.terms(now.minusSeconds(60), now.plusSeconds(3600));
    }

    @CanIgnoreReturnValue
    private Campaign create(Instant start, Instant end) {
        return await(store.create(Sample.terms(start, end)));
    }

    @CanIgnoreReturnValue
    private static Change change(Campaign campaign, Edit edit) {
        return ((Answer.Given<Change>) await(edits.change(campaign.eventId(), edit))).value();
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

    private static List<String> told() {
        List<String> told = new ArrayList<>();
        database.query("select dedup || ' ' || topic from outbox order by id")
                .forEach(row -> told.add(row.getString(0)));
        return told;
    }
}
