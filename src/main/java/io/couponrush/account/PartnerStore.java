package io.couponrush.account;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.couponrush.http.Role;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Owns the table {@code partners}. Each has one session, from its making to its revocation. */
final class PartnerStore {
    /** What a partner signs in with is checked against this. */
    record Login(User user, Buffer secretHash, UUID sessionId) {}

    /** A partner after its revocation, and the sessions that this call ended. */
    record Revoked(Partner partner, List<UUID> ended) {}

    private static final Duration NO_END = Duration.ofDays(36_500);

    private static final String INSERT_USER =
            """
            insert into users (email, name, role)
            values ($1 || '@partners.invalid', $2, 'PARTNER')
            returning id, email, name
            """;

    private static final String INSERT =
            """
            insert into partners (user_id, client_id, secret_hash, session_id)
            values ($1, $2, $3, $4)
            returning created_at
            """;

    private static final String LOGIN =
            """
            select u.id, u.email, u.name, p.secret_hash, p.session_id
            from partners p join users u on u.id = p.user_id
            where p.client_id = $1 and p.revoked_at is null
            """;

    private static final String PAGE =
            """
            select p.user_id, p.client_id, u.name, p.created_at, p.revoked_at
            from partners p join users u on u.id = p.user_id
            where p.user_id < $1
            order by p.user_id desc
            limit $2
            """;

    /** The time of the first revocation stays. */
    private static final String REVOKE =
            """
            update partners p
            set revoked_at = coalesce(p.revoked_at, clock_timestamp())
            from users u
            where p.user_id = $1 and u.id = p.user_id
            returning p.user_id, p.client_id, u.name, p.created_at, p.revoked_at
            """;

    private final Pool pool;

    PartnerStore(Pool pool) {
        this.pool = pool;
    }

    /** Makes a partner, its session and the line in the audit log, or nothing. */
    Future<Partner> insert(String clientId, String name, byte[] secretHash, Deed deed) {
        return pool.withTransaction(tx -> tx.preparedQuery(INSERT_USER)
                .execute(Tuple.of(clientId, name))
                .compose(rows -> insert(tx, user(rows.iterator().next()), clientId, secretHash))
                .compose(partner -> AuditStore.append(tx, AuditEntry.done(deed, target(partner), what(partner)))
                        .map(partner)));
    }

    private static Future<Partner> insert(SqlClient tx, User user, String clientId, byte[] secretHash) {
        var sessionId = UUID.randomUUID();
        return tx.preparedQuery(INSERT)
                .execute(Tuple.of(user.userId(), clientId, secretHash, sessionId))
                .compose(rows -> SessionStore.insert(tx, sessionId, user, RefreshToken.first(), NO_END)
                        .map(opened -> new Partner(
                                user.userId(),
                                clientId,
                                user.name(),
                                instantOf(rows.iterator().next(), "created_at"),
                                null)));
    }

    /** Empty when there is no such partner, or it was revoked. */
    Future<Optional<Login>> login(String clientId) {
        return pool.preparedQuery(LOGIN).execute(Tuple.of(clientId)).map(rows -> {
            Row row = rows.size() == 0 ? null : rows.iterator().next();
            return row == null
                    ? Optional.empty()
                    : Optional.of(new Login(user(row), row.getBuffer("secret_hash"), row.getUUID("session_id")));
        });
    }

    /** Newest first, below {@code beforeId}; at most {@code limit}. */
    Future<List<Partner>> page(long beforeId, int limit) {
        return pool.preparedQuery(PAGE).execute(Tuple.of(beforeId, limit)).map(rows -> {
            var page = new ArrayList<Partner>(rows.size());
            rows.forEach(row -> page.add(partner(row)));
            return page;
        });
    }

    /** Ends a partner with its tokens; doing it again changes nothing. Empty when there is no such partner. */
    Future<Optional<Revoked>> revoke(long partnerId, Deed deed) {
        return pool.withTransaction(tx -> tx.preparedQuery(REVOKE)
                .execute(Tuple.of(partnerId))
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture(Optional.empty())
                        : revoked(tx, partner(rows.iterator().next()), deed).map(Optional::of)));
    }

    private static Future<Revoked> revoked(SqlClient tx, Partner partner, Deed deed) {
        return SessionStore.revokeAll(tx, partner.partnerId())
                .compose(ended -> AuditStore.append(tx, AuditEntry.done(deed, target(partner), null))
                        .map(new Revoked(partner, ended)));
    }

    private static String target(Partner partner) {
        return "partner:" + partner.partnerId();
    }

    private static JsonObject what(Partner partner) {
        return new JsonObject().put("name", partner.name()).put("clientId", partner.clientId());
    }

    private static User user(Row row) {
        return new User(row.getLong("id"), row.getString("email"), row.getString("name"), Role.PARTNER, 0);
    }

    private static Partner partner(Row row) {
        return new Partner(
                row.getLong("user_id"),
                row.getString("client_id"),
                row.getString("name"),
                instantOf(row, "created_at"),
                instant(row, "revoked_at"));
    }

    private static Instant instantOf(Row row, String column) {
        return row.getOffsetDateTime(column).toInstant();
    }

    private static @Nullable Instant instant(Row row, String column) {
        OffsetDateTime time = row.getOffsetDateTime(column);
        return time == null ? null : time.toInstant();
    }
}
