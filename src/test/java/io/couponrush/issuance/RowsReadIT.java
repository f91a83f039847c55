package io.couponrush.issuance;

import static io.couponrush.issuance.ClaimsDatabase.EPOCH;
import static io.couponrush.issuance.ClaimsDatabase.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who asks about some claims reads as many rows as there are claims, whatever Postgres believes about the tables. */
class RowsReadIT {
    private static final int CLAIMS = 20;
    private static final int USERS = 5_000;

    /** In each index that it has to look at, a few entries a claim. */
    private static final int ENOUGH = CLAIMS * 10;

    private static final String BATCH = "select count(*) from issue_batch($1, " + EPOCH
            + ", $2, $3, $4::uuid[], array(select unnest($4::uuid[])::text))";
    private static final String RESOLVE =
            "select count(*) from (select resolve_leases($1, $2, $4) where cardinality($3::bigint[]) > 0) r";
    private static final String STORED =
            "select count(*) from stored_coupons($1, $2, $3) where cardinality($4::uuid[]) > 0";

    /** For as many campaigns, of which the one is the last. */
    private static final String JOINTLY =
            """
            select count(*) from issue_jointly(
                array(select $1::bigint - i from generate_series(0, cardinality($2::uuid[]) - 1) i),
                array_fill(5::bigint, array[cardinality($2)]), $2, array(select u + 1 from unnest($3::bigint[]) u), array_fill(1::smallint, array[cardinality($2)]), $4,
                array(select unnest($4::uuid[])::text))
            """;

    private static final String SELL =
            """
            insert into user_coupons (rid, event_id, user_id, seq, coupon_code, lease, epoch, issued_at, expires_at)
            select gen_random_uuid(), $1::bigint, u, s, 'N' || $1::bigint || '-' || u || '-' || s, gen_random_uuid(), $3, now(),
                   now() + interval '30 days'
              from generate_series(1, $2::integer) u, generate_series(1, 2) s
            """;

    private static final String READ =
            """
            select (select sum(pg_stat_get_xact_tuples_returned(indexrelid)) from pg_index
                     where indrelid in ('user_coupons'::regclass, 'coupon_events'::regclass))::bigint
                   + pg_stat_get_xact_tuples_returned('user_coupons'::regclass)
                   + pg_stat_get_xact_tuples_returned('coupon_events'::regclass)
            """;

    private ClaimsDatabase db;
    private SqlConnection session;

    @BeforeEach
    void open() {
        db = new ClaimsDatabase();
        session = await(db.pool().getConnection());
    }

    @AfterEach
    void close() {
        await(session.close());
        db.close();
    }

    private void sell(long event) {
        db.run(SELL, event, USERS, EPOCH);
    }

    private Tuple someOf(long event) {
        var ids = Stream.generate(UUID::randomUUID).limit(CLAIMS);
        var leases = Stream.generate(UUID::randomUUID).limit(CLAIMS);
        var users = IntStream.range(0, CLAIMS).mapToObj(i -> (long) USERS + i);
        return Tuple.of(event, ids.toArray(UUID[]::new), users.toArray(Long[]::new), leases.toArray(UUID[]::new));
    }

    /** Leaves nothing behind. */
    private long readBy(String sql, long event) {
        return await(session.begin().compose(tx -> read().compose(before -> session.preparedQuery(sql)
                        .execute(someOf(event))
                        .compose(done -> read())
                        .map(after -> after - before))
                .eventually(() -> tx.rollback())));
    }

    /** So far, by this session. */
    private Future<Long> read() {
        return session.query(READ).execute().map(rows -> rows.iterator().next().getLong(0));
    }

    /** The statistics say that it has no coupons: an index by campaign looks as good as one by user. */
    @ParameterizedTest
    @ValueSource(strings = {BATCH, RESOLVE, STORED, JOINTLY})
    void ofACampaignThatPostgresHasNotCounted(String sql) {
        sell(db.campaign(4 * USERS, 2));
        sell(db.campaign(4 * USERS, 2));
        db.run("vacuum analyze user_coupons");
        long fresh = db.campaign(4 * USERS, 2);
        sell(fresh);

        assertThat(readBy(sql, fresh)).isLessThan(ENOUGH);
    }

    /** A plan that a session has kept since there was nothing to scan. */
    @ParameterizedTest
    @ValueSource(strings = {BATCH, RESOLVE, STORED, JOINTLY})
    void whenPlanWasMadeBeforeTheLaunch(String sql) {
        long event = db.campaign(4 * USERS, 2);
        db.run("vacuum analyze user_coupons");
        db.run(SELL, db.campaign(400, 2), 200, EPOCH); // to scan so few is cheap
        for (int i = 0; i < 8; i++) {
            long unused = readBy(sql, event);
        }
        sell(event);

        assertThat(readBy(sql, event)).isLessThan(ENOUGH);
    }

    /** Of a joint commit, though there were few campaigns when its plan was made. */
    @Test
    void ofTheCampaignsThatAreAsked() {
        long last = campaigns(CLAIMS);
        db.run("vacuum analyze coupon_events");
        for (int i = 0; i < 8; i++) {
            long unused = readBy(JOINTLY, last);
        }
        last = campaigns(5_000);

        assertThat(readBy(JOINTLY, last)).isBetween((long) CLAIMS, (long) ENOUGH);
    }

    private long campaigns(int count) {
        long last = 0;
        for (int i = 0; i < count; i++) last = db.campaign(100, 2);
        return last;
    }
}
