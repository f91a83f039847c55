package io.couponrush.testkit;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.GetResponse;
import io.couponrush.backing.Migrations;
import io.couponrush.backing.RabbitTopology;
import io.couponrush.config.Profile;
import io.couponrush.config.Settings;
import io.couponrush.config.SettingsLoader;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A fresh database and a topology of its own on the broker, with a line to the broker that can be cut. */
public final class Delivery implements AutoCloseable {
    private static final String ISSUE =
            """
            select count(*)::int from issue_batch($1, (select epoch from coupon_events where id = $1),
                array(select gen_random_uuid() from generate_series(1, $3)),
                array(select g from generate_series($2::bigint, $2::bigint + $3 - 1) g),
                array(select gen_random_uuid() from generate_series(1, $3)),
                array(select 'CR-' || $1 || '-' || g from generate_series($2::bigint, $2::bigint + $3 - 1) g))
             where outcome = 'ISSUED'
            """;

    /** Whom it issues to: messages for nobody are dropped. */
    private static final String USERS =
            """
            insert into users (id, email, name) overriding system value
            select n, 'user-' || n || '@example.com', 'User' from generate_series(1, 5000) n
            """;

    public final Vertx vertx = Vertx.vertx();
    public final Pool pool;
    public final RabbitTopology topology;
    public final TcpProxy proxy = new TcpProxy(Backends.shared().rabbitmqUri(), 5672);
    public final Channel broker;
    private final Connection connection;
    private final String database = Backends.shared().freshDatabase();

    public Delivery() {
        this(false);
    }

    /** On quorum queues, where the broker knows them. */
    public Delivery(boolean quorum) {
        topology = new RabbitTopology("test." + UUID.randomUUID() + ".", quorum);
        int unused = Migrations.migrate(database);
        pool = PgBuilder.pool()
                .connectingTo(PgConnectOptions.fromUri(database))
                .with(new PoolOptions().setMaxSize(4))
                .using(vertx)
                .build();
        await(pool.query(USERS).execute());
        try {
            var factory = new ConnectionFactory();
            factory.setUri(Backends.shared().rabbitmqUri());
            factory.setAutomaticRecoveryEnabled(false);
            connection = factory.newConnection("test");
            broker = connection.createChannel();
            topology.declare(broker);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Whether it is RabbitMQ, and not the embedded broker. */
    public boolean isRabbitMq() {
        return "RabbitMQ".equals(String.valueOf(connection.getServerProperties().get("product")));
    }

    /** Settings with the fresh database and the broker behind the proxy. */
    public Settings settings() {
        return SettingsLoader.read(
                        Profile.DEV,
                        Map.of("COUPONRUSH_POSTGRES_URI", database, "COUPONRUSH_RABBITMQ_URI", proxiedUri()))
                .settings();
    }

    public String proxiedUri() {
        return proxy.uri(Backends.shared().rabbitmqUri());
    }

    public long campaign(int total) {
        return number("insert into coupon_events (title, total_count, start_time, end_time, discount_type,"
                + " discount_value) values ('신규', " + total + ", now() - interval '1 hour', now() + interval '1 hour',"
                + " 'fixed', 10.50) returning id");
    }

    /** Issues to users {@code from}, {@code from + 1}, …: one outbox row. */
    public void issue(long event, long from, int count) {
        int issued = await(pool.preparedQuery(ISSUE).execute(Tuple.of(event, from, count)))
                .iterator()
                .next()
                .getInteger(0);
        if (issued != count) throw new AssertionError(issued + " of " + count);
    }

    public long number(String sql) {
        return await(pool.query(sql).execute()).iterator().next().getLong(0);
    }

    public long unpublished() {
        return number("select count(*) from outbox where published_at is null");
    }

    /** Takes every message out of a queue. */
    public List<GetResponse> drain(String queue) throws Exception {
        var found = new ArrayList<GetResponse>();
        for (var got = broker.basicGet(queue, true); got != null; got = broker.basicGet(queue, true)) {
            found.add(got);
        }
        return found;
    }

    public static JsonObject json(GetResponse message) {
        return new JsonObject(new String(message.getBody(), StandardCharsets.UTF_8));
    }

    /** Publishes as anybody could. */
    public void publish(String key, String messageId, String body) throws Exception {
        var properties = new BasicProperties.Builder()
                .messageId(messageId)
                .deliveryMode(2)
                .build();
        broker.basicPublish(topology.exchange(), key, properties, body.getBytes(StandardCharsets.UTF_8));
    }

    @CanIgnoreReturnValue
    public static <T> T await(Future<T> future) {
        try {
            return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() throws IOException {
        await(vertx.close());
        proxy.close();
        topology.delete(broker);
        connection.close();
    }
}
