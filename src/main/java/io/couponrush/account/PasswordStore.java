package io.couponrush.account;

import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Changes the passwords in the table {@code users}. */
final class PasswordStore {
    /** Only from a session that lives: another change may have ended it while this one waited. */
    private static final String CHANGE =
            """
            update users u
            set password_hash = $3, credentials_version = u.credentials_version + 1
            where u.id = $1
              and exists (select 1 from sessions s where s.id = $2 and s.user_id = u.id and s.revoked_at is null)
            """;

    /** Only over the hash that was verified: a password changed meanwhile stays. */
    private static final String REHASH =
            """
            update users
            set password_hash = $3
            where id = $1 and password_hash = $2
            """;

    private final Pool pool;

    PasswordStore(Pool pool) {
        this.pool = pool;
    }

    /**
     * A new password, with a line in the audit log.
     *
     * @param sessionId the session that goes on
     * @return the user's other sessions, which ended; empty when that session is over itself, and then nothing happened
     */
    Future<Optional<List<UUID>>> change(long userId, UUID sessionId, String hash, AuditEntry entry) {
        return pool.withTransaction(tx -> UserStore.hold(tx, userId)
                .compose(held -> tx.preparedQuery(CHANGE).execute(Tuple.of(userId, sessionId, hash)))
                .compose(rows -> rows.rowCount() == 1
                        ? endOthers(tx, userId, sessionId, entry).map(Optional::of)
                        : Future.succeededFuture(Optional.empty())));
    }

    private static Future<List<UUID>> endOthers(SqlClient tx, long userId, UUID sessionId, AuditEntry entry) {
        return SessionStore.revokeOthers(tx, userId, sessionId)
                .compose(ended -> AuditStore.append(tx, entry).map(ended));
    }

    /** The same password, hashed anew. */
    Future<Void> rehash(long userId, String verified, String fresh) {
        return pool.preparedQuery(REHASH)
                .execute(Tuple.of(userId, verified, fresh))
                .mapEmpty();
    }
}
