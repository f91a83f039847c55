package io.couponrush;

import static java.util.Objects.requireNonNull;

import io.couponrush.account.AccountFeature;
import io.couponrush.account.AccountStore;
import io.couponrush.audit.AuditTrail;
import io.couponrush.backing.DatabaseClock;
import io.couponrush.backing.Postgres;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.bus.Codecs;
import io.couponrush.campaign.CampaignCache;
import io.couponrush.campaign.CampaignEditStore;
import io.couponrush.campaign.CampaignNews;
import io.couponrush.campaign.CampaignOffice;
import io.couponrush.campaign.CampaignStore;
import io.couponrush.campaign.Campaigns;
import io.couponrush.campaign.EventRoutes;
import io.couponrush.campaign.SoldOutFlags;
import io.couponrush.campaign.StaffEventRoutes;
import io.couponrush.campaign.WindowStore;
import io.couponrush.campaign.WindowVerticle;
import io.couponrush.config.Settings;
import io.couponrush.config.Settings.Role;
import io.couponrush.http.AddressLimit;
import io.couponrush.http.Authentication;
import io.couponrush.http.ClientAddress;
import io.couponrush.http.Contract;
import io.couponrush.http.ExpressRoute;
import io.couponrush.http.RateLimiter;
import io.couponrush.http.Routes;
import io.couponrush.http.WebRoot;
import io.couponrush.interest.InterestRoutes;
import io.couponrush.interest.InterestStore;
import io.couponrush.interest.ReminderVerticle;
import io.couponrush.issuance.CouponRoutes;
import io.couponrush.issuance.IssuanceVerticle;
import io.couponrush.issuance.IssueEndpoint;
import io.couponrush.issuance.OutboxRelay;
import io.couponrush.issuance.RefusalStore;
import io.couponrush.issuance.RefusalTally;
import io.couponrush.issuance.ReloadClient;
import io.couponrush.issuance.SharedIssuance;
import io.couponrush.issuance.WalletStore;
import io.couponrush.issuance.WarmUpRoutes;
import io.couponrush.issuance.WarmUpStore;
import io.couponrush.notification.LiveChannel;
import io.couponrush.notification.NoticeStore;
import io.couponrush.notification.NotificationRoutes;
import io.couponrush.notification.NotificationVerticle;
import io.couponrush.ops.DocsRoutes;
import io.couponrush.ops.Health;
import io.couponrush.ops.Health.State;
import io.couponrush.ops.ManagementRoutes;
import io.couponrush.ops.Meters;
import io.couponrush.ops.Metrics;
import io.couponrush.redemption.ExpiryStore;
import io.couponrush.redemption.ExpiryVerticle;
import io.couponrush.redemption.RedemptionRoutes;
import io.couponrush.redemption.RedemptionStore;
import io.couponrush.redemption.RevocationRoutes;
import io.couponrush.redemption.RevocationStore;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.sqlclient.Pool;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The whole object graph in one place, started and stopped in order. */
final class Server {
    private static final Duration CLOCK_EVERY = Duration.ofSeconds(10);
    private static final int PATIENT = 3;
    private static final Duration REFUSALS_EVERY = Duration.ofSeconds(5);

    private final Vertx vertx;
    private final Settings settings;
    private final Meters meters;
    private final Health health = new Health();
    private final Pool pool;
    private final Pool patient;
    private final DatabaseClock clock;
    private final Campaigns campaigns;
    private final SoldOutFlags soldOut = new SoldOutFlags(System::nanoTime);
    private final CampaignNews news;
    private final CampaignOffice office;
    private final AccountFeature account;
    private final LiveChannel live;
    private final CampaignStore campaignStore;
    private final CampaignCache shared;
    private final Reads reads;
    private final RabbitTopology topology;
    private final NoticeStore notices;
    private final List<Supplier<String>> brokerTroubles = new ArrayList<>();
    private final Contract contract = new Contract();
    private final Authentication authentication;
    private final ClientAddress clientAddress;
    private final StaffReading staff;
    private final AuditTrail trail;
    private final RefusalTally refusals;
    private final Rewards rewards;
    private final RateLimiter issueLimiter;
    private final AddressLimit addressLimit;
    private final RateLimiter loginLimiter;
    private final WebRoot webRoot = new WebRoot();
    private final Doors doors;
    private final ManagementRoutes management;
    private final Deque<String> deployed = new ArrayDeque<>();
    private final Promise<Void> lost = Promise.promise();

    Server(Vertx vertx, Settings settings, Metrics metrics) {
        this.vertx = vertx;
        this.settings = settings;
        meters = new Meters(metrics.registry());
        doors = new Doors(vertx, settings, meters);
        management = new ManagementRoutes(metrics.registry(), health);
        pool = Postgres.pool(vertx, settings.postgres(), this::postgresReconnected);
        patient = Postgres.patient(vertx, settings.postgres(), PATIENT, this::postgresReconnected);
        clock = new DatabaseClock(DatabaseClock.timeOf(pool), InstantSource.system(), System::nanoTime);
        topology = new RabbitTopology("", settings.rabbitmq().quorum());
        notices = new NoticeStore(pool);
        shared = new CampaignCache(vertx);
        campaigns = new Campaigns(new CampaignStore(pool)::find, shared, System::nanoTime);
        reads = new Reads(vertx, pool, settings, campaigns);
        campaignStore = new CampaignStore(pool);
        news = new CampaignNews(vertx.eventBus());
        var reload = new ReloadClient(vertx.eventBus(), settings);
        office = new CampaignOffice(campaignStore, new CampaignEditStore(pool), news, campaigns, reload);
        account = new AccountFeature(
                vertx,
                new AccountStore(pool, HeldData.FORGOTTEN),
                settings,
                clock,
                System::nanoTime,
                meters.logins()::failed);
        clientAddress = new ClientAddress(settings.http().trustedProxies());
        refusals = new RefusalTally(new RefusalStore(pool));
        staff = new StaffReading(vertx.eventBus(), settings.staff(), pool, reads, refusals);
        trail = new AuditTrail(staff.audit(), clientAddress::of);
        authentication = new Authentication(account.callers(), trail);
        var limits = settings.limits();
        issueLimiter = new RateLimiter("issue", limits.issuePerSecond(), limits.issueBurst(), limits.tableSize());
        addressLimit =
                new AddressLimit(clientAddress, "issue-address", limits.issuePerAddressPerSecond(), limits.tableSize());
        loginLimiter = new RateLimiter("login", limits.loginPerSecond(), limits.loginBurst(), limits.tableSize());
        var claims = new SharedIssuance(vertx, settings);
        rewards = new Rewards(pool, patient, contract, campaigns, news, office, claims, meters, issueLimiter);
        live = new LiveChannel(
                vertx, settings, account.callers(), campaigns, meters.sockets(), clock, System::nanoTime);
    }

    static Future<Server> start(Vertx vertx, Settings settings, Metrics metrics) {
        Codecs.registerAll(vertx.eventBus());
        var server = new Server(vertx, settings, metrics);
        return server.start().map(server);
    }

    private Future<Void> start() {
        health.needs("postgres", () -> clock.tick().map(State.of(true)));
        return Postgres.checkSchema(pool)
                .compose(v -> clock.tick())
                .onSuccess(v -> keepTheClock())
                .onSuccess(v -> keepTheTally())
                .compose(v -> watchTheLoops())
                .compose(v -> Postgres.identity(pool))
                .onSuccess(database ->
                        shared.start(requireNonNull(settings.redis().uri()).reveal(), database))
                .onSuccess(v -> reads.keepLooking())
                .compose(v -> news.listen(campaigns, soldOut))
                .compose(v -> account.start(settings.bootstrapAdmin()))
                .compose(v -> inRole(Role.ISSUANCE, this::deployRelay))
                .compose(v -> inRole(Role.NOTIFICATION, this::deployNotification))
                .onSuccess(v -> health.watches("rabbitmq", this::broker))
                .compose(v -> inRole(Role.ISSUANCE, this::deployIssuance))
                .compose(v -> inRole(Role.ISSUANCE, this::deploySweeps))
                .compose(v -> rewards.start())
                .compose(v -> inRole(Role.ISSUANCE, this::deployRewards))
                .compose(v -> inRole(Role.HTTP, this::openToClients))
                .compose(v -> openToOperators());
    }

    /** Lets requests in flight finish, for {@code http.drain} at most, then closes everything this started. */
    Future<Void> stop() {
        health.drain();
        Future<Void> stopped = live.drain();
        while (!deployed.isEmpty()) {
            String id = deployed.pop();
            stopped = stopped.transform(before -> vertx.undeploy(id));
        }
        return stopped.transform(before -> refusals.flush())
                .transform(before -> shared.stop())
                .transform(before -> Future.join(pool.close(), patient.close(), reads.close()))
                .mapEmpty();
    }

    /** Fails when the server cannot go on and the process should end; until then it is not complete. */
    Future<Void> lost() {
        return lost.future();
    }

    /** Where HTTP listens; with {@code http.port} 0, what the system chose. Without the role, 0. */
    int port() {
        return doors.port();
    }

    /** For the demo. */
    AccountFeature account() {
        return account;
    }

    /** For the demo. */
    CampaignOffice office() {
        return office;
    }

    private Future<Void> inRole(Role role, Supplier<Future<Void>> deploying) {
        return settings.roles().contains(role) ? deploying.get() : Future.succeededFuture();
    }

    private Future<Void> deployRelay() {
        var relay = new OutboxRelay(settings, topology, meters.delivery());
        brokerTroubles.add(relay::trouble);
        return deploy(relay);
    }

    private Future<Void> deployNotification() {
        String uri = requireNonNull(settings.rabbitmq().uri(), "rabbitmq.uri").reveal();
        var notification = new NotificationVerticle(uri, topology, notices, meters.delivery());
        brokerTroubles.add(notification::trouble);
        return deploy(notification);
    }

    /** What the parts that use the broker say. */
    private Future<State> broker() {
        String detail = brokerTroubles.stream()
                .map(Supplier::get)
                .filter(trouble -> !trouble.isEmpty())
                .collect(Collectors.joining(", "));
        return Future.succeededFuture(new State(detail.isEmpty(), detail));
    }

    private Future<Void> deployIssuance() {
        var verticle = new IssuanceVerticle(settings, campaigns, clock, meters);
        Supplier<Future<State>> redis = () -> Future.succeededFuture(State.of(verticle.hasRedis()));
        if (settings.issuance().directMax() > 0) {
            health.watches("redis", redis); // without it issuing goes on, slower
        } else {
            health.needs("redis", redis);
        }
        return deploy(verticle);
    }

    private Future<Void> deploySweeps() {
        var expiry = new ExpiryVerticle(new ExpiryStore(pool), settings.redemption(), news, meters.redemption());
        var reminders = new ReminderVerticle(new InterestStore(pool), news);
        var windows = new WindowVerticle(new WindowStore(pool), news);
        return deploy(expiry).compose(v -> deploy(reminders)).compose(v -> deploy(windows));
    }

    private Future<Void> deployRewards() {
        var grants = rewards.grants(settings.rabbitmq(), topology);
        brokerTroubles.add(grants::trouble);
        return deploy(grants).compose(v -> deploy(rewards.draws()));
    }

    private Future<Void> deploy(Deployable verticle) {
        return vertx.deployVerticle(verticle).onSuccess(deployed::push).mapEmpty();
    }

    private Future<Void> openToClients() {
        return live.start()
                .compose(v -> doors.openToClients(this::express, this::routes))
                .onSuccess(deployed::push)
                .mapEmpty();
    }

    /** Operators look on until everything else has stopped. */
    private Future<Void> openToOperators() {
        if (!doors.isForOperators()) {
            return Future.succeededFuture();
        }
        return doors.openToOperators(management).onSuccess(deployed::addLast).mapEmpty();
    }

    /** One event loop's worth. */
    List<ExpressRoute> express() {
        return List.of(new IssueEndpoint(
                vertx,
                settings,
                contract,
                authentication,
                issueLimiter,
                addressLimit,
                campaigns,
                soldOut,
                clock,
                meters,
                refusals));
    }

    /** One event loop's worth. */
    List<Routes> routes() {
        var wallet = new WalletStore(pool);
        var lists = new CampaignStore(pool, reads::ofLists);
        var held = HeldData.of(pool, wallet, notices, staff.audit());
        var routes = new ArrayList<>(rewards.routes(authentication, trail, clock));
        routes.addAll(staff.routes(authentication, campaigns, trail));
        routes.addAll(List.of(
                account.routes(authentication, contract, loginLimiter, clientAddress::of, trail, held),
                account.loadtestRoutes(contract, settings.loadtest(), trail),
                new EventRoutes(authentication, campaigns, lists, wallet::count, rewards.audience()::invited, clock),
                new StaffEventRoutes(authentication, contract, office, campaignStore, trail, clock),
                new CouponRoutes(authentication, wallet),
                new RedemptionRoutes(
                        authentication, contract, new RedemptionStore(pool), wallet::show, news, meters.redemption()),
                new InterestRoutes(authentication, campaigns, new InterestStore(pool), clock),
                new RevocationRoutes(
                        authentication, new RevocationStore(pool), wallet::show, office, trail, meters.redemption()),
                new WarmUpRoutes(authentication, new WarmUpStore(pool)),
                live.routes(),
                webRoot,
                new NotificationRoutes(authentication, notices),
                doors.isForOperators() ? router -> {} : management,
                new DocsRoutes(contract)));
        return routes;
    }

    private void postgresReconnected() {
        meters.reconnected(Meters.Dependency.POSTGRES);
    }

    private Future<Void> watchTheLoops() {
        var eachLoop = new DeploymentOptions().setInstances(VertxOptions.DEFAULT_EVENT_LOOP_POOL_SIZE);
        return vertx.deployVerticle(() -> meters.loopDelay(System::nanoTime), eachLoop)
                .onSuccess(deployed::push)
                .mapEmpty();
    }

    private void keepTheTally() {
        vertx.setPeriodic(REFUSALS_EVERY.toMillis(), id -> refusals.flush().onFailure(e -> {})); // it never fails
    }

    private void keepTheClock() {
        vertx.setPeriodic(CLOCK_EVERY.toMillis(), id -> clock.tick().onFailure(e -> {})); // the old offset stays
    }
}
