package io.couponrush.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Everything that can be set. A key is the path of components ({@code http.port}), its environment name follows by rule
 * ({@code COUPONRUSH_HTTP_PORT}); {@code conf/couponrush.yaml} lists each key with its meaning.
 */
public record Settings(
        @Default(".couponrush") Path dataDir,
        @Default("http,issuance,notification") Set<Role> roles,
        Http http,
        Management management,
        Postgres postgres,
        Redis redis,
        Rabbitmq rabbitmq,
        Jwt jwt,
        SecondFactor secondFactor,
        Oidc oidc,
        Issuance issuance,
        Redemption redemption,
        Notification notification,
        Limits limits,
        Staff staff,
        Cluster cluster,
        Telemetry tracing,
        BootstrapAdmin bootstrapAdmin,
        Loadtest loadtest) {

    public Settings {
        roles = Set.copyOf(roles);
        Rules.of("")
                .that(!roles.isEmpty(), "roles", "names none")
                .shorter("redis.evalTimeout", redis.evalTimeout, "issuance.deadline", issuance.deadline)
                .that(cluster.enabled() || !issuance.remote, "issuance.remote", "needs cluster.enabled")
                .that(!management.isApart() || management.port() != http.port, "management.port", "is http.port")
                .check();
    }

    /** Which verticles a process runs. */
    public enum Role {
        HTTP,
        ISSUANCE,
        NOTIFICATION
    }

    /**
     * The server that clients talk to.
     *
     * @param instances event loops that serve HTTP; 0 is one per core
     * @param corsOrigins origins that browsers may call from; none by default
     * @param trustedProxies addresses or CIDR blocks whose X-Forwarded-For and X-Forwarded-Proto are believed
     * @param headTimeout from the opening of a connection, or the first byte of a further request, to a whole head
     * @param bodyTimeout from there to the last byte of the request
     * @param drain how long requests in flight may take after SIGTERM
     * @param connectionsMax of this node, sockets of browsers included; more are closed at once
     */
    public record Http(
            @Default("127.0.0.1") String host,
            @Default("8080") int port,
            @Default("0") int instances,
            @Default("") List<String> corsOrigins,
            @Default("") List<String> trustedProxies,
            @Default("75s") Duration idleTimeout,
            @Default("10s") Duration headTimeout,
            @Default("5s") Duration bodyTimeout,
            @Default("10s") Duration drain,
            @Default("30000") int connectionsMax,
            ServerTls tls) {
        /** The same at another place, on one event loop and in plain text. */
        public Http plainAt(String otherHost, int otherPort) {
            return new Http(
                    otherHost,
                    otherPort,
                    1,
                    corsOrigins,
                    trustedProxies,
                    idleTimeout,
                    headTimeout,
                    bodyTimeout,
                    drain,
                    connectionsMax,
                    ServerTls.OFF);
        }

        public Http {
            corsOrigins = List.copyOf(corsOrigins);
            trustedProxies = List.copyOf(trustedProxies);
            Rules.of("http")
                    .range("port", port, 0, 65_535)
                    .range("instances", instances, 0, 1_024)
                    .each("corsOrigins", corsOrigins, Shapes::isOrigin, "is not an origin like https://shop.example")
                    .each(
                            "trustedProxies",
                            trustedProxies,
                            Shapes::isAddressOrBlock,
                            "is neither an address nor a CIDR block")
                    .positive("idleTimeout", idleTimeout)
                    .positive("headTimeout", headTimeout)
                    .positive("bodyTimeout", bodyTimeout)
                    .positive("drain", drain)
                    .atLeastOne("connectionsMax", connectionsMax)
                    .check();
        }
    }

    /**
     * Where the truth is kept, and how long anybody waits for it.
     *
     * @param uri {@code postgresql://user:password@host:port/database}; none in {@code dev} means the embedded one
     * @param readUri a replica for shoppers' lists, statistics and exports; none means that the primary is read
     * @param readLag what is read from the replica is at most this old; else the primary is read
     * @param poolSize connections for everything but the claim path
     * @param poolQueue callers that may wait for one of them; more are refused
     */
    public record Postgres(
            @Nullable Secret uri,
            @Nullable Secret readUri,
            @Default("2s") Duration readLag,
            @Default("8") int poolSize,
            @Default("1000") int poolQueue,
            @Default("2s") Duration connectTimeout,
            @Default("2s") Duration statementTimeout,
            @Default("1500ms") Duration lockTimeout) {
        public Postgres {
            var schemes = Set.of("postgresql", "postgres");
            serviceUri(serviceUri(Rules.of("postgres"), "uri", uri, schemes), "readUri", readUri, schemes)
                    .that(readLag.compareTo(Duration.ofSeconds(1)) >= 0, "readLag", "is shorter than 1s")
                    .atLeastOne("poolSize", poolSize)
                    .range("poolQueue", poolQueue, 0, Integer.MAX_VALUE)
                    .positive("connectTimeout", connectTimeout)
                    .positive("statementTimeout", statementTimeout)
                    .positive("lockTimeout", lockTimeout)
                    .shorter("lockTimeout", lockTimeout, "postgres.statementTimeout", statementTimeout)
                    .check();
        }
    }

    /**
     * Where stock is reserved.
     *
     * @param evalTimeout a script call that takes longer has an unknown result
     */
    public record Redis(@Nullable Secret uri, @Default("300ms") Duration evalTimeout) {
        public Redis {
            serviceUri(Rules.of("redis"), "uri", uri, Set.of("redis", "rediss"))
                    .positive("evalTimeout", evalTimeout)
                    .check();
        }
    }

    /**
     * Where what happened is told to others.
     *
     * @param quorum whether the queues are kept on several nodes of the broker; queues that exist do not change
     * @param rushPerSecond coupons issued by this node from which on telling gives way to issuing; a tenth is enough on full
     *     processors, if more is issued by it
     */
    public record Rabbitmq(@Nullable Secret uri, @Default("false") boolean quorum, @Default("6000") int rushPerSecond) {
        public Rabbitmq {
            serviceUri(Rules.of("rabbitmq"), "uri", uri, Set.of("amqp", "amqps"))
                    .atLeastOne("rushPerSecond", rushPerSecond)
                    .check();
        }
    }

    /**
     * Tokens.
     *
     * @param secret signs and verifies access tokens (HS256); at least 32 bytes
     */
    public record Jwt(
            @Nullable Secret secret, @Default("15m") Duration accessTtl, @Default("30d") Duration refreshTtl) {
        public Jwt {
            Rules.of("jwt")
                    .that(
                            secret == null || secret.reveal().getBytes(UTF_8).length >= 32,
                            "secret",
                            "is shorter than 32 bytes")
                    .positive("accessTtl", accessTtl)
                    .shorter("accessTtl", accessTtl, "jwt.refreshTtl", refreshTtl)
                    .check();
        }
    }

    /**
     * The claim path; {@code docs/protocol.md} shows where each bound applies.
     *
     * @param batchMax claims in one reservation call and in one commit
     * @param waiting claims of one node that may be under way; more are answered 503 before anything is taken
     * @param leaseTtl after this long Redis lets the sweeper ask Postgres what became of a reservation
     * @param emptyWait how long a claim waits for the last reserved units to be decided
     * @param directMax claims of one campaign that may go to Postgres alone while Redis is away; 0 turns that off
     * @param connections Postgres connections of the claim path
     * @param remote whether nodes without the role may have claims issued by those that have it, over the event bus
     * @param warmUp how long before a start Redis is held against Postgres
     */
    public record Issuance(
            @Default("3s") Duration deadline,
            @Default("256") int batchMax,
            @Default("8192") int waiting,
            @Default("10s") Duration leaseTtl,
            @Default("500ms") Duration emptyWait,
            @Default("256") int directMax,
            @Default("4") int connections,
            @Default("1s") Duration sweepEvery,
            @Default("8s") Duration auditEvery,
            @Default("false") boolean remote,
            @Default("2m") Duration warmUp) {
        public Issuance {
            Rules.of("issuance")
                    .positive("deadline", deadline)
                    .shorter("deadline", deadline, "issuance.leaseTtl", leaseTtl)
                    .range("batchMax", batchMax, 1, 256)
                    .atLeastOne("waiting", waiting)
                    .positive("emptyWait", emptyWait)
                    .shorter("emptyWait", emptyWait, "issuance.deadline", deadline)
                    .range("directMax", directMax, 0, 1024)
                    .atLeastOne("connections", connections)
                    .positive("sweepEvery", sweepEvery)
                    .positive("auditEvery", auditEvery)
                    .positive("warmUp", warmUp)
                    .check();
        }
    }

    /**
     * Coupons after they were issued.
     *
     * @param expiringBefore how long before its expiry the owner of a coupon is told; never before half of its life
     * @param sweepEvery how often coupons are looked for whose time comes
     */
    public record Redemption(@Default("24h") Duration expiringBefore, @Default("10s") Duration sweepEvery) {
        public Redemption {
            Rules.of("redemption")
                    .positive("expiringBefore", expiringBefore)
                    .positive("sweepEvery", sweepEvery)
                    .check();
        }
    }

    /**
     * Browsers that listen. Each bound is of one socket, unless it says otherwise.
     *
     * @param socketsMax sockets of a node; more are answered 503
     * @param handlersMax addresses that a socket may listen to
     * @param framesPerSecond frames of any kind a socket may send; more close it
     * @param unfinishedMax messages that a browser may leave unread; more close its socket
     * @param stockPerSecond messages about the stock of one event
     * @param pingTimeout a socket without a ping for this long is closed
     * @param fallbackTransports whether SockJS may do without WebSockets; needs sticky sessions
     */
    public record Notification(
            @Default("20000") int socketsMax,
            @Default("20") int handlersMax,
            @Default("64") int addressMax,
            @Default("8192") int frameMax,
            @Default("10") int framesPerSecond,
            @Default("40") int framesBurst,
            @Default("256") int unfinishedMax,
            @Default("2") int stockPerSecond,
            @Default("25s") Duration heartbeat,
            @Default("60s") Duration pingTimeout,
            @Default("false") boolean fallbackTransports) {
        public Notification {
            Rules.of("notification")
                    .atLeastOne("socketsMax", socketsMax)
                    .atLeastOne("handlersMax", handlersMax)
                    .range("addressMax", addressMax, 32, 200)
                    .range("frameMax", frameMax, 1_024, 16_384)
                    .atLeastOne("framesPerSecond", framesPerSecond)
                    .atLeastOne("framesBurst", framesBurst)
                    .atLeastOne("unfinishedMax", unfinishedMax)
                    .range("stockPerSecond", stockPerSecond, 1, 4)
                    .positive("heartbeat", heartbeat)
                    .shorter("heartbeat", heartbeat, "notification.pingTimeout", pingTimeout)
                    .check();
        }
    }

    /**
     * Token buckets: {@code …PerSecond} is the refill, {@code …Burst} the size; each holds at most {@code tableSize} callers.
     *
     * @param issuePerAddressPerSecond claims of all who share an address, ten seconds' worth at once; 0 is no limit
     */
    public record Limits(
            @Default("5") int issuePerSecond,
            @Default("10") int issueBurst,
            @Default("0") int issuePerAddressPerSecond,
            @Default("1") int loginPerSecond,
            @Default("30") int loginBurst,
            @Default("200000") int tableSize) {
        public Limits {
            Rules.of("limits")
                    .atLeastOne("issuePerSecond", issuePerSecond)
                    .atLeastOne("issueBurst", issueBurst)
                    .range("issuePerAddressPerSecond", issuePerAddressPerSecond, 0, 1_000_000)
                    .atLeastOne("loginPerSecond", loginPerSecond)
                    .atLeastOne("loginBurst", loginBurst)
                    .atLeastOne("tableSize", tableSize)
                    .check();
        }
    }

    /**
     * What the staff reads: statistics, lists, exports, the audit log.
     *
     * @param connections to Postgres, apart from all others
     * @param statementTimeout after this long Postgres gives such a statement up
     * @param exports of a node under way; more are answered 503
     * @param exportTimeout after this long an export is broken off
     */
    public record Staff(
            @Default("3") int connections,
            @Default("10s") Duration statementTimeout,
            @Default("4") int exports,
            @Default("10m") Duration exportTimeout) {
        public Staff {
            Rules.of("staff")
                    .atLeastOne("connections", connections)
                    .positive("statementTimeout", statementTimeout)
                    .atLeastOne("exports", exports)
                    .positive("exportTimeout", exportTimeout)
                    .check();
        }
    }

    /** An ADMIN that exists from the first start; set both or none. */
    public record BootstrapAdmin(@Nullable String email, @Nullable Secret password) {
        public BootstrapAdmin {
            int length = password == null
                    ? 12
                    : password.reveal().codePointCount(0, password.reveal().length());
            Rules.of("bootstrapAdmin")
                    .that(email == null || Shapes.isEmail(email), "email", "is not an e-mail address")
                    .that(email != null || password == null, "email", "is missing beside bootstrapAdmin.password")
                    .that(password != null || email == null, "password", "is missing beside bootstrapAdmin.email")
                    .that(length >= 12 && length <= 128, "password", "is not 12 to 128 characters long")
                    .check();
        }
    }

    /**
     * Rehearsals.
     *
     * @param enabled opens {@code POST /api/loadtest/users}, which gives out tokens to anybody
     */
    public record Loadtest(@Default("false") boolean enabled) {}

    private static Rules serviceUri(Rules rules, String key, @Nullable Secret uri, Set<String> schemes) {
        if (uri == null) return rules;
        try {
            boolean right = schemes.contains(ServiceUri.parse(uri).scheme());
            return rules.that(
                    right, key, "does not start with " + String.join(":// or ", new TreeSet<>(schemes)) + "://");
        } catch (IllegalArgumentException e) {
            return rules.that(false, key, String.valueOf(e.getMessage()));
        }
    }
}
