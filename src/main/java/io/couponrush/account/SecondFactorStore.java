package io.couponrush.account;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Owns the tables {@code second_factors} and {@code recovery_codes}. */
final class SecondFactorStore {
    /**
     * The second factor of a user.
     *
     * @param secret sealed
     * @param confirmed whether it is asked for
     * @param recoveryCodes that are left
     */
    record Factor(Buffer secret, boolean confirmed, long recoveryCodes) {}

    private static final String FIND =
            """
            select secret, confirmed_at is not null as confirmed,
                   (select count(*) from recovery_codes r where r.user_id = $1) as recovery_codes
            from second_factors
            where user_id = $1
            """;

    /** A new secret in place of one that was never confirmed; not in place of one that is asked for. */
    private static final String BEGIN =
            """
            insert into second_factors as f (user_id, secret)
            select u.id, $2::bytea from users u where u.id = $1
            on conflict (user_id) do update
            set secret = excluded.secret, last_step = 0
            where f.confirmed_at is null
            """;

    /** Of the secret that the code was made with, should there be a newer one. */
    private static final String CONFIRM =
            """
            update second_factors
            set confirmed_at = clock_timestamp(), last_step = $3
            where user_id = $1 and secret = $2 and confirmed_at is null
            """;

    /** A login that was verified when there was no second factor opens no session any more. */
    private static final String OTHER_CREDENTIALS =
            """
            update users set credentials_version = credentials_version + 1 where id = $1
            """;

    private static final String ADD_RECOVERY_CODES =
            """
            insert into recovery_codes (user_id, code_hash)
            select $1::bigint, decode(hash, 'hex') from unnest($2::text[]) as hash
            """;

    /** Of many uses of one code at once, the second waits for the row and then finds its step in it. */
    private static final String SPEND =
            """
            update second_factors
            set last_step = $2
            where user_id = $1 and confirmed_at is not null and last_step < $2
            """;

    private static final String SPEND_RECOVERY_CODE =
            """
            delete from recovery_codes
            where user_id = $1 and code_hash = $2
            """;

    private static final String REMOVE =
            """
            delete from second_factors
            where user_id = $1 and confirmed_at is not null
            """;

    private final Pool pool;

    SecondFactorStore(Pool pool) {
        this.pool = pool;
    }

    Future<Optional<Factor>> find(long userId) {
        return pool.preparedQuery(FIND).execute(Tuple.of(userId)).map(rows -> {
            Row row = rows.size() == 0 ? null : rows.iterator().next();
            return row == null
                    ? Optional.empty()
                    : Optional.of(new Factor(
                            row.getBuffer("secret"), row.getBoolean("confirmed"), row.getLong("recovery_codes")));
        });
    }

    /** False when there is one that is confirmed, or no such user. */
    Future<Boolean> begin(long userId, Buffer secret) {
        return pool.preparedQuery(BEGIN).execute(Tuple.of(userId, secret)).map(SecondFactorStore::isOne);
    }

    /** From here on it is asked for. False when that secret does not wait for it, and then nothing happens. */
    Future<Boolean> confirm(long userId, Buffer secret, long step, List<RecoveryCode> codes, AuditEntry entry) {
        String[] hashes = codes.stream()
                .map(code -> HexFormat.of().formatHex(code.hash()))
                .toArray(String[]::new);
        return pool.withTransaction(tx -> UserStore.hold(tx, userId)
                .compose(held -> tx.preparedQuery(CONFIRM).execute(Tuple.of(userId, secret, step)))
                .compose(rows -> isOne(rows)
                        ? tx.preparedQuery(OTHER_CREDENTIALS)
                                .execute(Tuple.of(userId))
                                .compose(v ->
                                        tx.preparedQuery(ADD_RECOVERY_CODES).execute(Tuple.of(userId, (Object) hashes)))
                                .compose(v -> AuditStore.append(tx, entry))
                                .map(true)
                        : Future.succeededFuture(false)));
    }

    /** Whether a code of that step is accepted: once, and none older after it. */
    Future<Boolean> spend(long userId, long step) {
        return pool.preparedQuery(SPEND).execute(Tuple.of(userId, step)).map(SecondFactorStore::isOne);
    }

    /** Whether it was one of the user's; it is none any more. */
    Future<Boolean> spend(long userId, RecoveryCode code) {
        return pool.preparedQuery(SPEND_RECOVERY_CODE)
                .execute(Tuple.of(userId, code.hash()))
                .map(SecondFactorStore::isOne);
    }

    /** With its recovery codes. False when there was none. */
    Future<Boolean> remove(long userId, AuditEntry entry) {
        return pool.withTransaction(tx -> remove(tx, userId, entry));
    }

    private static Future<Boolean> remove(SqlClient tx, long userId, AuditEntry entry) {
        return tx.preparedQuery(REMOVE)
                .execute(Tuple.of(userId))
                .compose(rows -> isOne(rows) ? AuditStore.append(tx, entry).map(true) : Future.succeededFuture(false));
    }

    private static boolean isOne(RowSet<Row> rows) {
        return rows.rowCount() == 1;
    }
}
