package io.couponrush.account;

import io.couponrush.account.AccountStore.Forgetting;
import io.couponrush.audit.AuditEntry;
import io.couponrush.audit.AuditStore;
import io.couponrush.audit.Deed;
import io.couponrush.http.Answer;
import io.couponrush.http.Problem;
import io.couponrush.http.ProblemCode;
import io.couponrush.http.Role;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Owns the table {@code users}, but for the passwords, which {@link PasswordStore} changes. */
final class UserStore {
    /** A user together with what the password is checked against. */
    record Login(User user, @Nullable String passwordHash) {}

    /** A user with the new role, and the sessions that ended with the old one. */
    record RoleChange(User user, List<UUID> ended) {}

    private static final String INSERT =
            """
            insert into users (email, name, password_hash, role)
            values ($1, $2, $3, $4)
            on conflict (email) do nothing
            returning id, email, name, role, credentials_version
            """;

    private static final String LOGIN =
            """
            select id, email, name, role, credentials_version, password_hash
            from users
            where email = $1
            """;

    private static final String FIND =
            """
            select id, email, name, role, credentials_version
            from users
            where id = $1
            """;

    private static final String LOGIN_OF =
            """
            select id, email, name, role, credentials_version, password_hash
            from users
            where id = $1
            """;

    private static final String FORGET = """
            select forget_user($1) as session_id
            """;

    private static final String PROFILE =
            """
            select email, name, role, created_at, password_hash is not null as has_password
            from users
            where id = $1
            """;

    private static final String RENAME =
            """
            update users
            set name = $2
            where id = $1
            returning id, email, name, role, credentials_version
            """;

    /** What a partner may do is not for anybody to change. */
    private static final String CHANGE_ROLE =
            """
            update users u
            set role = $2
            from (select id, role from users where id = $1 and role <> 'PARTNER' for update) old
            where u.id = old.id
            returning u.id, u.email, u.name, u.role, u.credentials_version, old.role as before
            """;

    /**
     * Whether a user is the only ADMIN. Whoever ends a role of ADMIN holds the rows of all who have it, so that two cannot
     * each rely on the other.
     */
    private static final String LAST_ADMIN =
            """
            with admins as materialized (select id from users
                                          where role = 'ADMIN'
                                            and exists (select 1 from users u where u.id = $1 and u.role = 'ADMIN')
                                          order by id for update)
            select count(*) = 1 and bool_and(id = $1) as last from admins
            """;

    private static final String HOLD = """
            select 1 from users where id = $1 for update
            """;

    private static final String INSERT_WITHOUT_PASSWORD =
            """
            insert into users (email, name)
            select 'load-' || $1 || '-' || n || '@loadtest.invalid', 'Load test ' || n
            from generate_series($2::int, $3::int) as n
            returning id, email, name, role, credentials_version
            """;

    private final Pool pool;
    private final List<Forgetting> forgettings;

    UserStore(Pool pool, List<Forgetting> forgettings) {
        this.pool = pool;
        this.forgettings = List.copyOf(forgettings);
    }

    /** The new user; empty when the e-mail is taken. */
    Future<Optional<User>> insert(String email, String name, String passwordHash, Role role) {
        return pool.preparedQuery(INSERT)
                .execute(Tuple.of(email, name, passwordHash, role.name()))
                .map(UserStore::first);
    }

    /** The same for who gets an account, and maybe privileges, of the service itself, with a line in the audit log. */
    Future<Optional<User>> appoint(String email, String name, String passwordHash, Role role, Deed deed) {
        return pool.withTransaction(tx -> tx.preparedQuery(INSERT)
                .execute(Tuple.of(email, name, passwordHash, role.name()))
                .map(UserStore::first)
                .compose(made -> made.isEmpty()
                        ? Future.succeededFuture(made)
                        : AuditStore.append(tx, appointed(made.get(), deed)).map(made)));
    }

    private static AuditEntry appointed(User user, Deed deed) {
        return AuditEntry.done(
                deed,
                "user:" + user.userId(),
                new JsonObject().put("role", user.role().name()));
    }

    Future<Optional<Login>> login(String email) {
        return pool.preparedQuery(LOGIN).execute(Tuple.of(email)).map(UserStore::firstLogin);
    }

    Future<Optional<Login>> loginOf(long userId) {
        return pool.preparedQuery(LOGIN_OF).execute(Tuple.of(userId)).map(UserStore::firstLogin);
    }

    /**
     * Deletes all that tells who a user is, with a line in the audit log that does not; tells the sessions that ended.
     * FORBIDDEN for the last ADMIN.
     */
    Future<Answer<List<UUID>>> forget(long userId, AuditEntry entry) {
        return pool.withTransaction(tx -> unlessLastAdmin(tx, userId, () -> forget(tx, userId, entry)));
    }

    private Future<List<UUID>> forget(SqlClient tx, long userId, AuditEntry entry) {
        return tx.preparedQuery(FORGET)
                .execute(Tuple.of(userId))
                .map(rows -> rows(rows).stream()
                        .map(row -> row.getUUID("session_id"))
                        .toList())
                .compose(ended -> forgetElsewhere(tx, userId)
                        .compose(v -> AuditStore.append(tx, entry))
                        .map(ended));
    }

    private static <T> Future<Answer<T>> unlessLastAdmin(SqlClient tx, long userId, Supplier<Future<T>> next) {
        return tx.preparedQuery(LAST_ADMIN)
                .execute(Tuple.of(userId))
                .compose(rows -> Boolean.TRUE.equals(rows.iterator().next().getBoolean("last"))
                        ? Future.succeededFuture(
                                Answer.denied(Problem.of(ProblemCode.FORBIDDEN, "There has to be another ADMIN first")))
                        : next.get().map(Answer::given));
    }

    private Future<Void> forgetElsewhere(SqlClient tx, long userId) {
        Future<Void> forgotten = Future.succeededFuture();
        for (Forgetting forgetting : forgettings) {
            forgotten = forgotten.compose(v -> forgetting.forget(tx, userId));
        }
        return forgotten;
    }

    Future<Optional<User>> find(long userId) {
        return pool.preparedQuery(FIND).execute(Tuple.of(userId)).map(UserStore::first);
    }

    /** All that is known of a user, as it is shown to them. */
    Future<Optional<JsonObject>> profile(long userId) {
        return pool.preparedQuery(PROFILE).execute(Tuple.of(userId)).map(rows -> rows(rows).stream()
                .map(row -> new JsonObject()
                        .put("userId", userId)
                        .put("email", row.getString("email"))
                        .put("name", row.getString("name"))
                        .put("role", row.getString("role"))
                        .put(
                                "createdAt",
                                row.getOffsetDateTime("created_at").toInstant().toString())
                        .put("hasPassword", row.getBoolean("has_password")))
                .findFirst());
    }

    Future<Optional<User>> rename(long userId, String name) {
        return pool.preparedQuery(RENAME).execute(Tuple.of(userId, name)).map(UserStore::first);
    }

    /**
     * Gives a user another role and ends its sessions, whose tokens tell the old one. USER_NOT_FOUND, or FORBIDDEN where
     * there would be no ADMIN any more.
     */
    Future<Answer<RoleChange>> changeRole(long userId, Role role, Deed deed) {
        return pool.withTransaction(tx -> role == Role.ADMIN
                ? changeRole(tx, userId, role, deed).map(UserStore::found)
                : unlessLastAdmin(tx, userId, () -> changeRole(tx, userId, role, deed))
                        .compose(answer -> Answer.then(answer, changed -> Future.succeededFuture(found(changed)))));
    }

    private static Answer<RoleChange> found(Optional<RoleChange> change) {
        return change.map(Answer::given).orElse(Answer.denied(ProblemCode.USER_NOT_FOUND));
    }

    private static Future<Optional<RoleChange>> changeRole(SqlClient tx, long userId, Role role, Deed deed) {
        return tx.preparedQuery(CHANGE_ROLE)
                .execute(Tuple.of(userId, role.name()))
                .compose(rows -> rows.size() == 0
                        ? Future.succeededFuture(Optional.empty())
                        : changed(tx, rows.iterator().next(), deed).map(Optional::of));
    }

    private static Future<RoleChange> changed(SqlClient tx, Row row, Deed deed) {
        User user = user(row);
        String before = row.getString("before");
        var entry = AuditEntry.changed(
                deed,
                "user:" + user.userId(),
                new JsonObject().put("role", before),
                new JsonObject().put("role", user.role().name()));
        Future<List<UUID>> ended = before.equals(user.role().name())
                ? Future.succeededFuture(List.of())
                : SessionStore.revokeAll(tx, user.userId());
        return ended.compose(ids -> AuditStore.append(tx, entry).map(new RoleChange(user, ids)));
    }

    /**
     * Until the transaction ends nobody opens a session for this user, or changes what they sign in with. Comes before
     * any lock of a row that belongs to the user, as whoever forgets the user takes them.
     */
    static Future<Void> hold(SqlClient tx, long userId) {
        return tx.preparedQuery(HOLD).execute(Tuple.of(userId)).mapEmpty();
    }

    /** Users {@code first} to {@code last} of a run, who cannot sign in. */
    Future<List<User>> insertWithoutPassword(String run, int first, int last) {
        return pool.preparedQuery(INSERT_WITHOUT_PASSWORD)
                .execute(Tuple.of(run, first, last))
                .map(rows -> rows(rows).stream().map(UserStore::user).toList());
    }

    private static Optional<Login> firstLogin(RowSet<Row> rows) {
        return rows(rows).stream()
                .map(row -> new Login(user(row), row.getString("password_hash")))
                .findFirst();
    }

    private static Optional<User> first(RowSet<Row> rows) {
        return rows(rows).stream().map(UserStore::user).findFirst();
    }

    private static List<Row> rows(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).toList();
    }

    /** From a row with all columns of a user. */
    static User user(Row row) {
        return new User(
                row.getLong("id"),
                row.getString("email"),
                row.getString("name"),
                Role.valueOf(row.getString("role")),
                row.getInteger("credentials_version"));
    }
}
