package io.couponrush.account;

import io.couponrush.http.Role;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** Owns the table {@code users}. */
final class UserStore {
    /** A user together with what the password is checked against. */
    record Login(User user, @Nullable String passwordHash) {}

    private static final String INSERT =
            """
            insert into users (email, name, password_hash, role)
            values ($1, $2, $3, $4)
            on conflict (email) do nothing
            returning id, email, name, role
            """;

    private static final String LOGIN =
            """
            select id, email, name, role, password_hash
            from users
            where email = $1
            """;

    private static final String FIND =
            """
            select id, email, name, role
            from users
            where id = $1
            """;

    private static final String RENAME =
            """
            update users
            set name = $2
            where id = $1
            returning id, email, name, role
            """;

    /** Only over the hash that was verified: a password changed meanwhile stays. */
    private static final String REHASH =
            """
            update users
            set password_hash = $3
            where id = $1 and password_hash = $2
            """;

    private static final String INSERT_WITHOUT_PASSWORD =
            """
            insert into users (email, name)
            select 'load-' || $1 || '-' || n || '@loadtest.invalid', 'Load test ' || n
            from generate_series($2::int, $3::int) as n
            returning id, email, name, role
            """;

    private final Pool pool;

    UserStore(Pool pool) {
        this.pool = pool;
    }

    /** The new user; empty when the e-mail is taken. */
    Future<Optional<User>> insert(String email, String name, String passwordHash, Role role) {
        return pool.preparedQuery(INSERT)
                .execute(Tuple.of(email, name, passwordHash, role.name()))
                .map(UserStore::first);
    }

    Future<Optional<Login>> login(String email) {
        return pool.preparedQuery(LOGIN).execute(Tuple.of(email)).map(rows -> rows(rows).stream()
                .map(row -> new Login(user(row), row.getString("password_hash")))
                .findFirst());
    }

    Future<Optional<User>> find(long userId) {
        return pool.preparedQuery(FIND).execute(Tuple.of(userId)).map(UserStore::first);
    }

    Future<Optional<User>> rename(long userId, String name) {
        return pool.preparedQuery(RENAME).execute(Tuple.of(userId, name)).map(UserStore::first);
    }

    Future<Void> rehash(long userId, String verified, String fresh) {
        return pool.preparedQuery(REHASH)
                .execute(Tuple.of(userId, verified, fresh))
                .mapEmpty();
    }

    /** Users {@code first} to {@code last} of a run, who cannot sign in. */
    Future<List<User>> insertWithoutPassword(String run, int first, int last) {
        return pool.preparedQuery(INSERT_WITHOUT_PASSWORD)
                .execute(Tuple.of(run, first, last))
                .map(rows -> rows(rows).stream().map(UserStore::user).toList());
    }

    private static Optional<User> first(RowSet<Row> rows) {
        return rows(rows).stream().map(UserStore::user).findFirst();
    }

    private static List<Row> rows(RowSet<Row> rows) {
        return StreamSupport.stream(rows.spliterator(), false).toList();
    }

    private static User user(Row row) {
        return new User(
                row.getLong("id"), row.getString("email"), row.getString("name"), Role.valueOf(row.getString("role")));
    }
}
