package io.couponrush.backing;

import io.couponrush.config.Secret;
import io.couponrush.config.Settings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Makes bounded Postgres pools: a full wait queue, a late connection and a long statement are failures, not delays. */
public final class Postgres {
    /** Classes of SQLSTATE: connection, transaction rollback, resources, object in use or locked, operator, system. */
    private static final Set<String> AWAY = Set.of("08", "40", "53", "55", "57", "58");

    /** The server ended a session in whose transaction nothing was asked for too long. */
    private static final String LEFT_TOO_LONG = "25P03";

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final int READERS_QUEUED = 100;
    private static final Duration LOOKS_AWAY = Duration.ofSeconds(1);

    /** How long a transaction may be left alone by its node while it keeps others waiting. */
    private static final Duration LEFT_ALONE = Duration.ofSeconds(5);

    /** The longest that a statement takes which sets a limit of its own. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    /** How much later than a server's limit its word of it arrives. */
    private static final Duration TRANSIT = Duration.ofSeconds(1);

    private Postgres() {}

    /**
     * The pool of everything but the claim path.
     *
     * @param reconnected told of each connection that replaces a lost one, from any thread
     */
    public static Pool pool(Vertx vertx, Settings.Postgres settings, Runnable reconnected) {
        var options = sized(settings, "postgres", settings.poolSize(), settings.poolQueue());
        return pool(vertx, plannedAnew(connect(settings)), options, settings.statementTimeout(), reconnected);
    }

    /** A pool of its own, so that others cannot starve it. */
    public static Pool pool(
            Vertx vertx, Settings.Postgres settings, String name, int size, int queue, Runnable reconnected) {
        var options = sized(settings, name, size, queue);
        return pool(vertx, connect(settings), options, settings.statementTimeout(), reconnected);
    }

    /** For the few transactions that set limits of their own, longer than usual. */
    public static Pool patient(Vertx vertx, Settings.Postgres settings, int size, Runnable reconnected) {
        var options = sized(settings, "postgres-patient", size, settings.poolQueue());
        return pool(vertx, connect(settings), options, PATIENCE, reconnected);
    }

    /** The pool of {@link Settings.Postgres#readUri}, as large as that of the primary; null when there is none. */
    static @Nullable Pool readPool(Vertx vertx, Settings.Postgres settings) {
        Secret uri = settings.readUri();
        if (uri == null) {
            return null;
        }
        var size = sized(settings, "postgres-read", settings.poolSize(), settings.poolQueue());
        return pool(
                vertx, plannedAnew(connect(settings, uri)), size, settings.statementTimeout(), Postgres::notCounted);
    }

    /** For long readings: they may take their time, but neither write nor take several processors. */
    public static Pool readers(Vertx vertx, Settings.Postgres settings, Settings.Staff staff) {
        return readers(vertx, connect(settings), settings, staff, "postgres-staff");
    }

    /** The same at {@link Settings.Postgres#readUri}, which has to be set. */
    public static Pool replicaReaders(Vertx vertx, Settings.Postgres settings, Settings.Staff staff) {
        var connect = connect(settings, Objects.requireNonNull(settings.readUri(), "postgres.readUri"));
        return readers(vertx, connect, settings, staff, "postgres-staff-read");
    }

    private static Pool readers(
            Vertx vertx, PgConnectOptions to, Settings.Postgres settings, Settings.Staff staff, String name) {
        var connect = to.addProperty("statement_timeout", millis(staff.statementTimeout()))
                .addProperty("default_transaction_read_only", "on")
                .addProperty("max_parallel_workers_per_gather", "0");
        var size = sized(settings, name, staff.connections(), READERS_QUEUED);
        return pool(vertx, connect, size, staff.statementTimeout(), Postgres::notCounted);
    }

    /**
     * One connection, for whoever looks elsewhere while it holds a lock. A session lock stays with it from one use to the
     * next; whatever becomes of this node, the server ends the session, and every lock with it, {@link #LOOKS_AWAY} after
     * its transaction was left alone, or {@code idle} after it was last used. A silent server is given up then, too.
     */
    public static Pool session(Vertx vertx, Settings.Postgres settings, String name, Duration idle) {
        var connect = plannedAnew(connect(settings))
                .addProperty("statement_timeout", millis(LOOKS_AWAY))
                .addProperty("idle_in_transaction_session_timeout", millis(LOOKS_AWAY))
                .addProperty("idle_session_timeout", millis(idle));
        return pool(vertx, connect, sized(settings, name, 1, 1), LOOKS_AWAY, Postgres::notCounted);
    }

    /** Of connections that are given up when nobody needs them. */
    private static void notCounted() {}

    private static PoolOptions sized(Settings.Postgres settings, String name, int size, int queue) {
        return new PoolOptions()
                .setName(name)
                .setMaxSize(size)
                .setMaxWaitQueueSize(queue)
                .setConnectionTimeout((int) settings.connectTimeout().toMillis())
                .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
    }

    /**
     * Makes a pool whose connections are given up when their server keeps silent for longer than it may think.
     *
     * @param statement the longest that a statement takes
     */
    private static Pool pool(
            Vertx vertx, PgConnectOptions connect, PoolOptions options, Duration statement, Runnable reconnected) {
        Duration silence = statement.plus(TRANSIT);
        var transport = new NetClientOptions()
                .setConnectTimeout((int) silence.toMillis())
                .setIdleTimeout((int) silence.toMillis()) // until the connection stands
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS);
        var replacements = new Replacements(reconnected);
        var made = new AtomicReference<@Nullable Pool>();
        connect.setMetricsName(options.getName());
        Pool pool = new TransportDriver()
                .createPool(vertx, () -> Future.succeededFuture(connect), options, transport, connection -> {
                    Overdue.watch(connection, silence);
                    Pool its = made.get();
                    replacements.made(its == null ? 1 : its.size());
                    connection.close(); // to the pool
                });
        made.set(pool);
        return pool;
    }

    /** Names the database among all that use the same Redis: a copy restored elsewhere is another, a replica is not. */
    public static Future<String> identity(Pool pool) {
        return pool.query(
                        """
                        select s.system_identifier || '-' || d.oid
                          from pg_control_system() s, pg_database d where d.datname = current_database()
                        """)
                .execute()
                .map(rows -> rows.iterator().next().getString(0));
    }

    /** Fails with what to do about it when the tables are not there. */
    public static Future<Void> checkSchema(Pool pool) {
        return pool.query("select to_regclass('user_coupons') is not null")
                .execute()
                .compose(rows -> rows.iterator().next().getBoolean(0)
                        ? Future.succeededFuture()
                        : Future.failedFuture("Postgres has no schema of ours: run the command migrate first"));
    }

    /** Whether a failure means that Postgres is away, overloaded or locked, and not that we asked for nonsense. */
    public static boolean isAway(Throwable failure) {
        if (failure instanceof PgException refused) {
            String state = refused.getSqlState();
            return state != null && (AWAY.contains(state.substring(0, 2)) || state.equals(LEFT_TOO_LONG));
        }
        // closed connections, full queues, waits that took too long: the client makes these itself
        return failure instanceof VertxException;
    }

    /** Whether somebody else held a lock for longer than we wait for one. */
    public static boolean isLocked(Throwable failure) {
        return failure instanceof PgException no && LOCK_NOT_AVAILABLE.equals(no.getSqlState());
    }

    /** Whether the database refuses the data itself (classes 22 and 23), so that trying again is of no use. */
    public static boolean isPoison(Throwable failure) {
        String state = failure instanceof PgException no ? no.getSqlState() : null;
        return state != null && (state.startsWith("22") || state.startsWith("23"));
    }

    private static PgConnectOptions connect(Settings.Postgres settings) {
        return connect(settings, Objects.requireNonNull(settings.uri(), "postgres.uri"));
    }

    private static PgConnectOptions connect(Settings.Postgres settings, Secret uri) {
        var options = PgConnectOptions.fromUri(uri.reveal()).setCachePreparedStatements(true);
        return options.addProperty("statement_timeout", millis(settings.statementTimeout()))
                .addProperty("lock_timeout", millis(settings.lockTimeout()))
                .addProperty("idle_in_transaction_session_timeout", millis(LEFT_ALONE))
                .addProperty("application_name", "couponrush");
    }

    /** A plan that was made while the tables were empty scans them when they are full. */
    private static PgConnectOptions plannedAnew(PgConnectOptions options) {
        return options.addProperty("plan_cache_mode", "force_custom_plan");
    }

    private static String millis(Duration time) {
        return Long.toString(time.toMillis());
    }
}
