package io.couponrush.testkit;

import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads what the service keeps in Postgres and Redis, past the service. */
public final class Books {
    private static final Set<String> TURNS = Set.of("coupon.soldout", "coupon.reopened");
    private static final Duration REST = Duration.ofSeconds(25);

    private final Service service;

    Books(Service service) {
        this.service = service;
    }

    /**
     * What Redis holds about a campaign.
     *
     * @param leases reservations nobody has decided
     * @param soldOut the generation in which it is known to be sold out, or 0
     */
    public record Shelf(long epoch, long stock, long leases, int soldOut) {}

    /** As it stands now, at one instant. */
    public Book of(long eventId) {
        try (var connection = connect(service.postgresUri())) {
            connection.setAutoCommit(false);
            connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            return read(connection, eventId);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Book read(Connection connection, long eventId) throws SQLException {
        var rows = new ArrayList<Book.Row>();
        var told = new ArrayList<Long>();
        var turns = new ArrayList<String>();
        var turned = new ArrayList<Instant>();
        var generations = new HashMap<Long, Integer>();
        var own = new HashSet<Long>();
        each(connection, "select id from user_coupons where event_id = ?", eventId, row -> own.add(row.getLong("id")));
        each(connection, "select * from outbox where event_id is null or event_id = ? order by id", eventId, row -> {
            String topic = row.getString("topic");
            if (topic.equals("coupon.issued")) {
                var payload = new JsonObject(row.getString("payload"));
                boolean joint = row.getObject("event_id") == null; // with coupons of other campaigns
                payload.getJsonArray("couponIds").forEach(element -> {
                    long id = ((Number) element).longValue();
                    if (!joint || own.contains(id)) {
                        told.add(id);
                        generations.put(id, turns.size());
                    }
                });
            } else if (TURNS.contains(topic)) {
                turns.add(row.getString("dedup").replace(":" + eventId + ":", ":"));
                turned.add(instant(row, "created_at"));
            }
        });
        each(connection, "select * from user_coupons where event_id = ? order by id", eventId, row -> {
            rows.add(new Book.Row(
                    row.getLong("id"),
                    row.getLong("user_id"),
                    row.getString("coupon_code"),
                    row.getInt("seq"),
                    instant(row, "issued_at"),
                    row.getString("status"),
                    generations.getOrDefault(row.getLong("id"), -1)));
        });
        var found = new ArrayList<Book>();
        each(connection, "select * from coupon_events where id = ?", eventId, row -> {
            found.add(new Book(
                    eventId,
                    row.getInt("total_count"),
                    row.getInt("issued_count"),
                    row.getInt("revoked_count"),
                    row.getInt("soldout_generation"),
                    row.getInt("max_per_user"),
                    row.getLong("epoch"),
                    instant(row, "start_time"),
                    instant(row, "end_time"),
                    rows,
                    told,
                    turns,
                    turned));
        });
        return found.get(0);
    }

    private static Instant instant(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }

    /** Its stock, given out or not. */
    public int totalOf(long eventId) {
        return (int) count("select total_count from coupon_events where id = " + eventId);
    }

    /** Coupons of a campaign that nobody has got, by its counter. */
    public long left(long eventId) {
        return count("select total_count - issued_count from coupon_events where id = " + eventId);
    }

    public Shelf shelf(long eventId) {
        String keys = "cp:{" + eventId + "}:";
        Redis redis = Redis.createClient(Callers.VERTX, service.redisUri());
        try {
            List<Response> replies = redis.batch(List.of(
                            Request.cmd(Command.HMGET)
                                    .arg(keys + "meta")
                                    .arg("epoch")
                                    .arg("stock")
                                    .arg("out"),
                            Request.cmd(Command.HLEN).arg(keys + "open")))
                    .await();
            Response meta = replies.get(0);
            return new Shelf(
                    number(meta.get(0)), number(meta.get(1)), number(replies.get(1)), (int) number(meta.get(2)));
        } finally {
            redis.close();
        }
    }

    /** Keys of what is reserved and not decided. */
    public Set<String> reservations(long eventId) {
        Redis redis = Redis.createClient(Callers.VERTX, service.redisUri());
        try {
            Response keys = redis.send(Request.cmd(Command.HKEYS).arg("cp:{" + eventId + "}:open"))
                    .await();
            return keys.stream().map(Response::toString).collect(Collectors.toSet());
        } finally {
            redis.close();
        }
    }

    /** The shelf once no reservation is open any more; what a dead node held comes back within its lease time. */
    public Shelf shelfAtRest(long eventId) {
        return await().atMost(REST).until(() -> shelf(eventId), shelf -> shelf.leases() == 0);
    }

    /** Coupons that exist at all. */
    public long coupons() {
        return count("select count(*) from user_coupons");
    }

    public long count(String sql) {
        try (var connection = connect(service.postgresUri());
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A transaction that has done something and is not over. */
    public interface Open {
        void commit();
    }

    /** Does that in a transaction of its own. */
    public Open begin(String sql) {
        try {
            Connection connection = connect(service.postgresUri());
            connection.setAutoCommit(false);
            try (var statement = connection.createStatement()) {
                statement.execute(sql);
            }
            return () -> commit(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void commit(Connection connection) {
        try (connection) {
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Statements that wait for a lock. */
    public long waiting() {
        return count("select count(*) from pg_stat_activity"
                + " where datname = current_database() and wait_event_type = 'Lock'");
    }

    /** The one text that a query finds; empty when it is null. */
    public String text(String sql) {
        try (var connection = connect(service.postgresUri());
                var statement = connection.createStatement();
                var row = statement.executeQuery(sql)) {
            row.next();
            String text = row.getString(1);
            return text == null ? "" : text;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Changes rows; how many. */
    public long change(String sql) {
        return count("with changed as (" + sql + " returning 1) select count(*) from changed");
    }

    /** Cuts every connection of the service to its database; how many there were. */
    public long cutsConnections() {
        return count("select count(pg_terminate_backend(pid)) from pg_stat_activity"
                + " where datname = current_database() and pid <> pg_backend_pid()");
    }

    /** Holds the lock of the campaign's row for that long. */
    public void lock(long eventId, long millis) {
        count("with row as materialized (select id from coupon_events where id = " + eventId + " for update)"
                + " select count(pg_sleep(" + millis / 1_000.0 + ")) from row");
    }

    static Connection connect(String postgresUri) throws SQLException {
        var uri = URI.create(postgresUri);
        var user = (uri.getUserInfo() + ":").split(":", -1);
        var url = "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath();
        return DriverManager.getConnection(url, user[0], user[1]);
    }

    private interface Read {
        void from(ResultSet row) throws SQLException;
    }

    private static void each(Connection connection, String sql, long eventId, Read read) throws SQLException {
        try (var statement = connection.prepareStatement(sql)) {
            statement.setLong(1, eventId);
            try (var rows = statement.executeQuery()) {
                while (rows.next()) read.from(rows);
            }
        }
    }

    private static long number(Response response) {
        return response == null ? 0 : response.toLong();
    }
}
