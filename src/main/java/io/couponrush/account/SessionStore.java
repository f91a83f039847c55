package io.couponrush.account;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.http.Role;
import io.vertx.core.Future;
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

/** Owns the table {@code sessions}. Its clock is that of Postgres. */
final class SessionStore {
    /** A session and whose it is. */
    record Session(UUID sessionId, User user) {}

    /** Sessions that ended, by the clock of Postgres at {@code asOf}. */
    record Ended(List<UUID> sessionIds, OffsetDateTime asOf) {}

    private static final String INSERT =
            """
            insert into sessions (id, user_id, family_hash, secret_hash, expires_at)
            values ($1, $2, $3, $4, clock_timestamp() + $5::bigint * interval '1 millisecond')
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
            returning s.id as session_id, u.id, u.email, u.name, u.role
            """;

    private static final String REVOKE =
            """
            update sessions
            set revoked_at = clock_timestamp()
            where family_hash = $1 and revoked_at is null
            returning id as session_id
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

    Future<Void> insert(UUID sessionId, long userId, RefreshToken token, Duration ttl) {
        return insert(pool, sessionId, userId, token, ttl);
    }

    /** The session and its line in the audit log, or neither. */
    Future<Void> insert(UUID sessionId, long userId, RefreshToken token, Duration ttl, AuditEntry entry) {
        return pool.withTransaction(
                tx -> insert(tx, sessionId, userId, token, ttl).compose(v -> AuditStore.append(tx, entry)));
    }

    private static Future<Void> insert(
            SqlClient client, UUID sessionId, long userId, RefreshToken token, Duration ttl) {
        return client.preparedQuery(INSERT)
                .execute(Tuple.of(sessionId, userId, token.familyHash(), token.secretHash(), ttl.toMillis()))
                .mapEmpty();
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
        var user = new User(
                row.getLong("id"), row.getString("email"), row.getString("name"), Role.valueOf(row.getString("role")));
        return new Session(row.getUUID("session_id"), user);
    }
}
