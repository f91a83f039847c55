package io.couponrush.account;

import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;

/** Owns the table {@code login_failures}. Its clock is that of Postgres. */
final class LoginFailureStore {
    private static final String LOCKED_FOR =
            """
            select extract(epoch from last_at - clock_timestamp() + $3::bigint * interval '1 millisecond')::float8
                       as seconds
            from login_failures
            where email_hash = $1 and failures >= $2
            """;

    /** Failures older than the lock are forgotten; those that come while it holds do not prolong it. */
    private static final String COUNT =
            """
            insert into login_failures as f (email_hash, failures, last_at)
            values ($1, 1, clock_timestamp())
            on conflict (email_hash) do update
            set failures = case
                    when f.last_at < clock_timestamp() - $3::bigint * interval '1 millisecond' then 1
                    else least(f.failures + 1, $2 + 1)
                end,
                last_at = case
                    when f.failures >= $2
                     and f.last_at >= clock_timestamp() - $3::bigint * interval '1 millisecond' then f.last_at
                    else clock_timestamp()
                end
            returning failures
            """;

    /** Not a lock that came about meanwhile. */
    private static final String FORGET =
            """
            delete from login_failures
            where email_hash = $1
              and (failures < $2 or last_at < clock_timestamp() - $3::bigint * interval '1 millisecond')
            """;

    private static final String PRUNE =
            """
            delete from login_failures
            where last_at < clock_timestamp() - $1::bigint * interval '1 millisecond'
            """;

    private final Pool pool;

    LoginFailureStore(Pool pool) {
        this.pool = pool;
    }

    /** Seconds for which an address with that many failures is locked yet; 0 or less when it is not. */
    Future<Double> lockedFor(String email, int allowed, Duration lock) {
        return pool.preparedQuery(LOCKED_FOR)
                .execute(Tuple.of(hash(email), allowed, lock.toMillis()))
                .map(LoginFailureStore::seconds);
    }

    /** Counts a failure and tells how many there are in a row, up to one more than allowed. */
    Future<Integer> count(String email, int allowed, Duration lock) {
        return pool.preparedQuery(COUNT)
                .execute(Tuple.of(hash(email), allowed, lock.toMillis()))
                .map(rows -> rows.iterator().next().getInteger("failures"));
    }

    Future<Void> forget(String email, int allowed, Duration lock) {
        return pool.preparedQuery(FORGET)
                .execute(Tuple.of(hash(email), allowed, lock.toMillis()))
                .mapEmpty();
    }

    Future<Void> prune(Duration lock) {
        return pool.preparedQuery(PRUNE).execute(Tuple.of(lock.toMillis())).mapEmpty();
    }

    private static byte[] hash(String email) {
        return Unguessable.hash(email);
    }

    private static double seconds(RowSet<Row> rows) {
        return rows.size() == 0 ? 0 : rows.iterator().next().getDouble("seconds");
    }
}
