package io.couponrush.backing;

import io.couponrush.timing.Backoff;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pipelined connection to a Redis master, made anew whenever it is lost. Belongs to the event loop that made it.
 *
 * <p>The identity of the server is bound to the connection: whoever reconnects silently would take another process for
 * the one it loaded.
 */
public final class RedisLink {
    private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
    private static final Pattern RUN_ID = Pattern.compile("run_id:(\\w+)");
    private static final Pattern POLICY = Pattern.compile("maxmemory_policy:(\\S+)");
    private static final String NOT_EVICTING = "noeviction";

    /** What a master says that cannot be written to: a replica, loading, without disk, memory or enough replicas. */
    private static final List<String> USELESS = List.of("READONLY", "LOADING", "MISCONF", "OOM", "NOREPLICAS");

    private static final String PROBE = "cp:{probe}";
    private static final String PROBE_LIVES_MS = "1000";
    private static final long AWAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final int TIMEOUTS_MAX = 2;
    private static final long BACKOFF_FIRST_MS = 20;
    private static final long BACKOFF_MAX_MS = 1_000;

    private final Vertx vertx;
    private final String name;
    private final String uri;
    private final Duration timeout;
    private final int inFlightMax;
    private final Runnable reconnected;
    private volatile @Nullable Session session; // read by health checks elsewhere
    private boolean stopped;
    private long lostAt;
    private int timeoutsInARow;

    /** A connection and the run_id of the process behind it. */
    private record Session(Redis client, RedisConnection connection, String runId, String policy) {}

    /** The link of the claim path, likewise. */
    public RedisLink(Vertx vertx, String uri, Duration timeout, int inFlightMax, Runnable reconnected) {
        this(vertx, "redis-claims", uri, timeout, inFlightMax, reconnected);
    }

    /**
     * Makes a link that is not connected.
     *
     * @param name under which it is measured
     * @param timeout of one call; the result of a call that takes longer is unknown
     * @param inFlightMax calls that may be under way; more fail at once
     * @param reconnected told of every connection but the first
     */
    public RedisLink(Vertx vertx, String name, String uri, Duration timeout, int inFlightMax, Runnable reconnected) {
        this.vertx = vertx;
        this.name = name;
        this.uri = uri;
        this.timeout = timeout;
        this.inFlightMax = inFlightMax;
        this.reconnected = reconnected;
    }

    /** Completes when the first connection stands; fails when it cannot be made. Later losses are repaired alone. */
    public Future<Void> start() {
        return connect();
    }

    /** Likewise, but when it cannot be made it is tried again, alone: until then it is away. */
    public Future<Void> startEvenIfAway() {
        return connect().recover(e -> {
            LOG.warn("started without Redis: {}", e.toString());
            lostAt = System.nanoTime() - AWAY_NANOS;
            reconnect(new Backoff(BACKOFF_FIRST_MS, BACKOFF_MAX_MS));
            return Future.succeededFuture();
        });
    }

    public Future<Void> stop() {
        stopped = true;
        Session last = session;
        session = null;
        return last == null ? Future.succeededFuture() : last.client().close();
    }

    /** The run_id of the connected master, or null while there is none. */
    public @Nullable String runId() {
        Session current = session;
        return current == null ? null : current.runId();
    }

    /** It has been away for longer than a reconnect takes, or stopped answering. */
    public boolean away() {
        return session == null && System.nanoTime() - lostAt > AWAY_NANOS;
    }

    /** Runs a script. A failed future means that the result is unknown, unless there was no connection at all. */
    public Future<Response> eval(LuaScript script, List<String> keys, Args args) {
        Session current = session;
        if (current == null) {
            return notConnected();
        }
        return current.connection()
                .send(request(Command.EVALSHA, script.sha1(), keys, args))
                .recover(e -> isReply(e, "NOSCRIPT")
                        ? current.connection().send(request(Command.EVAL, script.text(), keys, args))
                        : Future.failedFuture(e))
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(reply -> timeoutsInARow = 0)
                .onFailure(e -> dropIfUseless(current, e));
    }

    /** Runs a command that is not a script, likewise. */
    public Future<Response> send(Request request) {
        Session current = session;
        if (current == null) {
            return notConnected();
        }
        return current.connection()
                .send(request)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .onSuccess(reply -> timeoutsInARow = 0)
                .onFailure(e -> dropIfUseless(current, e));
    }

    /** Succeeds when the server behind the connection says that it is a master, now. */
    public Future<Void> checkMaster() {
        Session current = session;
        if (current == null) {
            return notConnected();
        }
        return current.connection()
                .send(Request.cmd(Command.ROLE))
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .compose(RedisLink::requireMaster)
                .onFailure(e -> lost(current));
    }

    /** A call that was not sent. */
    public <T> Future<T> notConnected() {
        return Future.failedFuture(new NotConnected());
    }

    /** What a script gets besides its keys. */
    @FunctionalInterface
    public interface Args {
        void addTo(Request request);
    }

    /** There is no connection: nothing was sent. */
    public static final class NotConnected extends Exception {
        private static final long serialVersionUID = 1;

        NotConnected() {
            super("not connected to Redis", null, false, false);
        }
    }

    private static Request request(Command command, String script, List<String> keys, Args args) {
        Request request = Request.cmd(command).arg(script).arg(keys.size());
        keys.forEach(request::arg);
        args.addTo(request);
        return request;
    }

    private Future<Void> connect() {
        var options = new RedisOptions()
                .setConnectionString(uri)
                .setPoolName(name)
                .setMetricsName(name)
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(1)
                .setMaxWaitingHandlers(inFlightMax);
        Redis client = Redis.createClient(vertx, options);
        return client.connect()
                .compose(connection -> identify(client, connection))
                .timeout(2_000, TimeUnit.MILLISECONDS)
                .onSuccess(this::use)
                .onFailure(e -> client.close().onFailure(RedisLink::ignore))
                .mapEmpty();
    }

    /** A master that can be written to: it may be one and still be loading, or be full. */
    private static Future<Session> identify(Redis client, RedisConnection connection) {
        return connection
                .send(Request.cmd(Command.ROLE))
                .compose(RedisLink::requireMaster)
                .compose(master -> connection.send(
                        Request.cmd(Command.SET).arg(PROBE).arg("").arg("PX").arg(PROBE_LIVES_MS)))
                .compose(written -> info(connection, "memory", POLICY))
                .compose(policy -> info(connection, "server", RUN_ID)
                        .compose(runId -> runId.isEmpty()
                                ? Future.failedFuture("Redis does not tell its run_id")
                                : Future.succeededFuture(new Session(client, connection, runId, policy))));
    }

    /** Empty when it does not tell. */
    private static Future<String> info(RedisConnection connection, String section, Pattern line) {
        return connection.send(Request.cmd(Command.INFO).arg(section)).map(info -> {
            var found = line.matcher(info.toString());
            return found.find() ? found.group(1) : "";
        });
    }

    private static Future<Void> requireMaster(Response role) {
        String is = role.get(0).toString();
        return "master".equals(is)
                ? Future.succeededFuture()
                : Future.failedFuture("Redis is a " + is + ", not a master");
    }

    private void use(Session fresh) {
        if (stopped) {
            fresh.client().close().onFailure(RedisLink::ignore);
            return;
        }
        session = fresh;
        if (!fresh.policy().isEmpty() && !fresh.policy().equals(NOT_EVICTING)) {
            LOG.error("Redis evicts stock when it is full: maxmemory-policy is {}, not noeviction", fresh.policy());
        }
        fresh.connection().exceptionHandler(e -> lost(fresh));
        fresh.connection().endHandler(v -> lost(fresh));
    }

    /** One that cannot be written to must not be asked again, and one that keeps silent is as good as gone. */
    private void dropIfUseless(Session used, Throwable e) {
        if (!used.equals(session)) {
            return;
        }
        boolean silent = e instanceof TimeoutException && ++timeoutsInARow >= TIMEOUTS_MAX;
        if (silent || USELESS.stream().anyMatch(code -> isReply(e, code))) {
            lost(used);
            lostAt -= AWAY_NANOS;
        }
    }

    private void lost(Session gone) {
        if (!gone.equals(session)) { // told twice, or of an old one
            return;
        }
        session = null;
        lostAt = System.nanoTime();
        timeoutsInARow = 0;
        gone.client().close().onFailure(RedisLink::ignore);
        LOG.warn("lost the connection to Redis");
        reconnect(new Backoff(BACKOFF_FIRST_MS, BACKOFF_MAX_MS));
    }

    private void reconnect(Backoff backoff) {
        if (stopped) {
            return;
        }
        vertx.timer(backoff.next(ThreadLocalRandom.current()), TimeUnit.MILLISECONDS)
                .compose(v -> connect())
                .onSuccess(v -> {
                    LOG.info("connected to Redis again");
                    reconnected.run();
                })
                .onFailure(e -> reconnect(backoff));
    }

    private static boolean isReply(Throwable e, String code) {
        return e.getMessage() != null && e.getMessage().startsWith(code);
    }

    private static void ignore(Throwable e) {
        LOG.debug("closing a lost connection", e);
    }
}
