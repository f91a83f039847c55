package io.couponrush.testkit;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.rabbitmq.QueueOptions;
import io.vertx.rabbitmq.RabbitMQClient;
import io.vertx.rabbitmq.RabbitMQOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Leaves something durable on all three servers under a name, through the clients we use, and looks for it again. */
public final class Footprint implements AutoCloseable {
    /** What one visit leaves, and what is found of it afterwards. */
    public record Traces(int rows, int counter, List<String> messages) {}

    private static final JsonObject QUEUE_ARGUMENTS = new JsonObject()
            .put("x-dead-letter-exchange", "footprint.dead")
            .put("alternateExchange", "footprint.dead")
            .put("x-qpid-maximum-delivery-count", 1);

    private final Vertx vertx = Vertx.vertx();
    private final Pool pool;
    private final Redis redis;
    private final RabbitMQClient rabbit;

    public Footprint(String postgresUri, String redisUri, String rabbitmqUri) {
        pool = PgBuilder.pool()
                .with(new PoolOptions().setMaxSize(2))
                .connectingTo(PgConnectOptions.fromUri(postgresUri))
                .using(vertx)
                .build();
        redis = Redis.createClient(vertx, redisUri);
        rabbit = RabbitMQClient.create(vertx, new RabbitMQOptions().setUri(rabbitmqUri));
        rabbit.start().await();
    }

    public void leave(String name) {
        pool.query("create table if not exists footprint (name text)").execute().await();
        pool.preparedQuery("insert into footprint values ($1)")
                .execute(Tuple.of(name))
                .await();
        redis.send(Request.cmd(Command.EVAL)
                        .arg("return redis.call('INCR', KEYS[1])")
                        .arg(1)
                        .arg("footprint:" + name))
                .await();
        rabbit.exchangeDeclare("footprint", "topic", true, false).await();
        rabbit.exchangeDeclare("footprint.dead", "fanout", true, false).await();
        rabbit.queueDeclare(name, true, false, false, QUEUE_ARGUMENTS).await();
        rabbit.queueBind(name, "footprint", name).await();
        rabbit.confirmSelect().await();
        for (var body : List.of("first", "second")) {
            rabbit.basicPublish("footprint", name, persistent(), Buffer.buffer(body))
                    .await();
            rabbit.waitForConfirms(5_000).await();
        }
    }

    private static com.rabbitmq.client.BasicProperties persistent() {
        return new com.rabbitmq.client.AMQP.BasicProperties.Builder()
                .deliveryMode(2)
                .build();
    }

    /** Consumes the messages of that name; the rest stays. */
    public Traces find(String name) throws InterruptedException {
        var rows = pool.preparedQuery("select count(*)::int from footprint where name = $1")
                .execute(Tuple.of(name))
                .await()
                .iterator()
                .next()
                .getInteger(0);
        var counter =
                redis.send(Request.cmd(Command.GET).arg("footprint:" + name)).await();
        return new Traces(rows, counter == null ? 0 : counter.toInteger(), consume(name));
    }

    private List<String> consume(String queue) throws InterruptedException {
        BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
        var consumer = rabbit.basicConsumer(queue, new QueueOptions().setAutoAck(false))
                .map(c ->
                        c.handler(message -> rabbit.basicAck(message.envelope().getDeliveryTag(), false)
                                .onSuccess(acked -> bodies.add(message.body().toString()))))
                .await();
        var first = bodies.poll(5, TimeUnit.SECONDS);
        var second = bodies.poll(5, TimeUnit.SECONDS);
        consumer.cancel().await();
        rabbit.queueDelete(queue).await();
        return List.of(String.valueOf(first), String.valueOf(second));
    }

    @Override
    public void close() {
        rabbit.stop().await();
        vertx.close().await(); // the pool and the Redis client with it
    }
}
