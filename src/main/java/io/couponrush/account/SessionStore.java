package io.couponrush.account;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Owns the table {@code sessions}. Its clock is that of Postgres. */
final class SessionStore {
    /** A session and whose it is. */
    record Session(UUID sessionId, User user) {}

    /** Sessions that ended, by the clock of Postgres at {@code asOf}. */
    record Ended(List<UUID> sessionIds, OffsetDateTime asOf) {}

    /**
     * Only for the user as it was verified: one who was forgotten meanwhile, or has another role
     * or other credentials, gets no session.
     */
    private static final String INSERT =
            """
            insert into sessions (id, user_id, family_hash, secret_hash, expires_at)
            select $1::uuid, u.id, $3::bytea, $4::bytea, clock_timestamp() + $5::bigint * interval '1 millisecond'
            from users u
            where u.id = $2 and u.role = $6 and u.credentials_version = $7
            for share
            """;

    /** Of two uses of one token the second waits for the row and then finds another secret in it. */
    private static final String ROTATE =
            """
            update sessions s
            set secret_hash = $3,
                last_seen_at = clock_timestamp(),
                expires_at = clock_timestamp() + $4::bigint * interval '1 millisecond'
            from users u
            where s.family_hash = $1
              and s.secret_hash = $2
              and s.revoked_at is null
              and s.expires_at > clock_timestamp()
              and u.id = s.user_id
            returning s.id as session_id, u.id, u.email, u.name, u.role, u.credentials_version
            """;

    private static final String REVOKE =
            """
            update sessions
            set revoked_at = clock_timestamp()
            where family_hash = $1 and revoked_at is null
            returning id as session_id
            """;

    private static final String REVOKE_ALL =
            """
            update sessions
            set revoked_at = clock_timestamp()
            where user_id = $1 and revoked_at is null
            returning id as session_id
            """;

    private static final String REVOKE_OTHERS =
            """
            update sessions
            set revoked_at = clock_timestamp()
            where user_id = $1 and id <> $2 and revoked_at is null
            returning id as session_id
            """;

    private static final String IS_YOUNG =
            """
            select 1
            from sessions
            where id = $1 and revoked_at is null
              and created_at > clock_timestamp() - $2::bigint * interval '1 millisecond'
            """;

    /** A confirmation makes logins that it overtakes invalid: whoever opened a session after it has shown a code. */
    private static final String HAS_SHOWN_SECOND_FACTOR =
            """
            select 1
            from sessions s join second_factors f on f.user_id = s.user_id
            where s.id = $1 and f.confirmed_at < s.created_at
            """;

    private static final String OF_USER =
            """
            select created_at, last_seen_at, expires_at, revoked_at
            from sessions
            where user_id = $1
            order by created_at desc
            limit $2
            """;

    private static final String ENDED =
            """
            select clock_timestamp() as as_of,
                   array(select id
                         from sessions
                         where revoked_at > statement_timestamp() - $1::bigint * interval '1 millisecond') as ids
            """;

    private static final String ENDED_SINCE =
            """
            select clock_timestamp() as as_of,
                   array(select id from sessions where revoked_at > $1) as ids
            """;

    private static final String PRUNE =
            """
            delete from sessions
            where expires_at < clock_timestamp() - interval '1 day'
               or revoked_at < clock_timestamp() - interval '1 day'
            """;

    private final Pool pool;

    SessionStore(Pool pool) {
        this.pool = pool;
    }

    /** False when the user is not there any more, as it was verified. */
    Future<Boolean> insert(UUID sessionId, User user, RefreshToken token, Duration ttl) {
        return insert(pool, sessionId, user, token, ttl);
    }

    /** The session and its line in the audit log, or neither. */
    Future<Boolean> insert(UUID sessionId, User user, RefreshToken token, Duration ttl, AuditEntry entry) {
        return pool.withTransaction(tx -> insert(tx, sessionId, user, token, ttl)
                .compose(opened -> opened ? AuditStore.append(tx, entry).map(true) : Future.succeededFuture(false)));
    }

    static Future<Boolean> insert(SqlClient tx, UUID sessionId, User user, RefreshToken token, Duration ttl) {
        return tx.preparedQuery(INSERT)
                .execute(Tuple.of(
                        sessionId,
                        user.userId(),
                        token.familyHash(),
                        token.secretHash(),
                        ttl.toMillis(),
                        user.role().name(),
                        user.credentialsVersion()))
                .map(rows -> rows.rowCount() == 1);
    }

    /** Ends every session of a user in a transaction that keeps others from being opened, and tells which. */
    static Future<List<UUID>> revokeAll(SqlClient tx, long userId) {
        return tx.preparedQuery(REVOKE_ALL).execute(Tuple.of(userId)).map(SessionStore::ids);
    }

    /** The same, but for one session. */
    static Future<List<UUID>> revokeOthers(SqlClient tx, long userId, UUID kept) {
        return tx.preparedQuery(REVOKE_OTHERS).execute(Tuple.of(userId, kept)).map(SessionStore::ids);
    }

    private static List<UUID> ids(RowSet<Row> rows) {
        return rows(rows).stream().map(row -> row.getUUID("session_id")).toList();
    }

    /** Spends one token and makes the next good, once. Empty when the token was not good. */
    Future<Optional<Session>> rotate(RefreshToken spent, RefreshToken next, Duration ttl) {
        return pool.preparedQuery(ROTATE)
                .execute(Tuple.of(spent.familyHash(), spent.secretHash(), next.secretHash(), ttl.toMillis()))
                .map(rows -> rows(rows).stream().map(SessionStore::session).findFirst());
    }

    /** Ends the session of the token's family, whether the token itself is still good or not; tells it once. */
    Future<Optional<UUID>> revoke(RefreshToken token) {
        return pool.preparedQuery(REVOKE).execute(Tuple.of(token.familyHash())).map(rows -> rows(rows).stream()
                .map(row -> row.getUUID("session_id"))
                .findFirst());
    }

    /** Whether it began no longer ago than that. */
    Future<Boolean> isYoung(UUID sessionId, Duration age) {
        return pool.preparedQuery(IS_YOUNG)
                .execute(Tuple.of(sessionId, age.toMillis()))
                .map(rows -> rows.size() == 1);
    }

    /** Whether it began with a code of the second factor that is asked for now. */
    Future<Boolean> hasShownSecondFactor(UUID sessionId) {
        return pool.preparedQuery(HAS_SHOWN_SECOND_FACTOR)
                .execute(Tuple.of(sessionId))
                .map(rows -> rows.size() == 1);
    }

    /** A user's sessions as they are shown to them, newest first; at most {@code limit}. */
    Future<List<JsonObject>> of(long userId, int limit) {
        return pool.preparedQuery(OF_USER).execute(Tuple.of(userId, limit)).map(rows -> rows(rows).stream()
                .map(row -> new JsonObject()
                        .put("createdAt", time(row, "created_at"))
                        .put("lastSeenAt", time(row, "last_seen_at"))
                        .put("expiresAt", time(row, "expires_at"))
                        .put("revokedAt", time(row, "revoked_at")))
                .toList());
    }

    private static @Nullable String time(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant().toString();
    }

    /** Sessions revoked within the last {@code window}. */
    Future<Ended> ended(Duration window) {
        return pool.preparedQuery(ENDED).execute(Tuple.of(window.toMillis())).map(SessionStore::ended);
    }

    Future<Ended> endedSince(OffsetDateTime since) {
        return pool.preparedQuery(ENDED_SINCE).execute(Tuple.of(since)).map(SessionStore::ended);
    }

    Future<Void> prune() {
        return pool.query(PRUNE).execute().mapEmpty();
    }

    private static List<Row> rows(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).toList();
    }

    private static Ended ended(RowSet<Row> rows) {
        Row row = rows.iterator().next();
        return new Ended(List.of(row.getArrayOfUUIDs("ids")), row.getOffsetDateTime("as_of"));
    }

    private static Session session(Row row) {
        return new Session(row.getUUID("session_id"), UserStore.user(row));
    }
}
