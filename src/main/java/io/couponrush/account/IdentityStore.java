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
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Owns the tables {@code identities} and {@code spent_logins}. */
final class IdentityStore {
    /** Somebody as another issuer knows them; the subject is theirs for ever, and nobody else's there. */
    record Identity(String issuer, String subject) {}

    private static final String FIND =
            """
            select u.id, u.email, u.name, u.role, u.credentials_version
            from identities i join users u on u.id = i.user_id
            where i.issuer = $1 and i.subject = $2
            """;

    private static final String INSERT_USER =
            """
            insert into users (email, name)
            values ($1, $2)
            on conflict (email) do nothing
            returning id, email, name, role, credentials_version
            """;

    private static final String LINK =
            """
            insert into identities (issuer, subject, user_id)
            select $1::text, $2::text, u.id from users u where u.id = $3
            on conflict (issuer, subject) do nothing
            """;

    private static final String OF_USER =
            """
            select issuer, subject, created_at
            from identities
            where user_id = $1
            order by created_at
            limit 100
            """;

    private static final String SPEND =
            """
            insert into spent_logins (id, expires_at)
            values ($1, $2)
            on conflict (id) do nothing
            """;

    private static final String PRUNE =
            """
            delete from spent_logins
            where expires_at < clock_timestamp() - interval '1 hour'
            """;

    private final Pool pool;

    IdentityStore(Pool pool) {
        this.pool = pool;
    }

    Future<Optional<User>> find(Identity identity) {
        return pool.preparedQuery(FIND)
                .execute(Tuple.of(identity.issuer(), identity.subject()))
                .map(IdentityStore::first);
    }

    /** A new user without a password, who signs in by that identity; empty when the e-mail is somebody's. */
    Future<Optional<User>> insert(Identity identity, String email, String name) {
        return pool.withTransaction(tx -> tx.preparedQuery(INSERT_USER)
                .execute(Tuple.of(email, name))
                .map(IdentityStore::first)
                .compose(made -> made.isEmpty()
                        ? Future.succeededFuture(made)
                        : link(tx, identity, made.get().userId())
                                .compose(linked -> linked
                                        ? Future.succeededFuture(made)
                                        : Future.failedFuture("somebody was quicker with this identity"))));
    }

    /** Lets a user sign in by that identity too, with a line in the audit log; false when it is somebody's already. */
    Future<Boolean> link(Identity identity, long userId, AuditEntry entry) {
        return pool.withTransaction(tx -> link(tx, identity, userId)
                .compose(linked -> linked ? AuditStore.append(tx, entry).map(true) : Future.succeededFuture(false)));
    }

    private static Future<Boolean> link(SqlClient tx, Identity identity, long userId) {
        return tx.preparedQuery(LINK)
                .execute(Tuple.of(identity.issuer(), identity.subject(), userId))
                .map(rows -> rows.rowCount() == 1);
    }

    /** How a user may sign in elsewhere, as it is shown to them. */
    Future<List<JsonObject>> of(long userId) {
        return pool.preparedQuery(OF_USER).execute(Tuple.of(userId)).map(rows -> stream(rows)
                .map(row -> new JsonObject()
                        .put("issuer", row.getString("issuer"))
                        .put("subject", row.getString("subject"))
                        .put(
                                "createdAt",
                                row.getOffsetDateTime("created_at").toInstant().toString()))
                .toList());
    }

    /** Whether this is the first time that a login came back. */
    Future<Boolean> spend(UUID id, Instant expiresAt) {
        return pool.preparedQuery(SPEND)
                .execute(Tuple.of(id, expiresAt.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.rowCount() == 1);
    }

    Future<Void> prune() {
        return pool.query(PRUNE).execute().mapEmpty();
    }

    private static Optional<User> first(RowSet<Row> rows) {
        return stream(rows).map(UserStore::user).findFirst();
    }

    private static Stream<Row> stream(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false);
    }
}
