package io.couponrush.backing;

import com.rabbitmq.client.Channel;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.rabbitmq.RabbitMQClient;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The exchanges and queues of the service, declared by each connection that uses them.
 *
 * <p>The arguments are those that RabbitMQ reads together with those that the embedded broker reads; each ignores the
 * other's. A message that no queue wants goes to {@code coupon.unrouted}, one that its consumer refused to {@code
 * coupon.dead}.
 */
public final class RabbitTopology {
    private static final int ANSWERS_KEPT = 1_000_000;

    private final boolean quorum;
    private final String prefix;
    private final List<Exchange> exchanges;
    private final List<Queue> queues;

    private record Exchange(String name, String type, Map<String, Object> arguments) {}

    private record Queue(String name, Map<String, Object> arguments, String exchange, List<String> keys) {}

    /**
     * Makes a topology that nobody has declared.
     *
     * @param prefix before each name, where several services share a broker
     * @param quorum whether RabbitMQ keeps the queues on several of its nodes
     */
    public RabbitTopology(String prefix, boolean quorum) {
        this.prefix = prefix;
        this.quorum = quorum;
        exchanges = List.of(
                new Exchange(dlx(), "fanout", Map.of()),
                new Exchange(unrouted(), "fanout", Map.of()),
                new Exchange(
                        exchange(),
                        "topic",
                        Map.of("alternate-exchange", unrouted(), "alternateExchange", unrouted())));
        queues = List.of(
                new Queue(dead(), arguments(), dlx(), List.of("")),
                new Queue(unrouted(), arguments(), unrouted(), List.of("")),
                new Queue(issued(), refusable(), exchange(), List.of("coupon.issued")),
                new Queue(grants(), refusable(), exchange(), List.of("coupon.grants")),
                new Queue(granted(), bounded(), exchange(), List.of("coupon.granted")),
                new Queue(soldOut(), refusable(), exchange(), List.of("coupon.soldout")),
                new Queue(
                        notices(),
                        refusable(),
                        exchange(),
                        List.of(
                                "coupon.reopened",
                                "coupon.starting",
                                "coupon.available",
                                "coupon.event",
                                "coupon.used",
                                "coupon.expiring",
                                "coupon.expired",
                                "coupon.drawn")));
    }

    /** Where everything is published. */
    public String exchange() {
        return prefix + "coupon.exchange";
    }

    public String issued() {
        return prefix + "coupon.issued";
    }

    public String soldOut() {
        return prefix + "coupon.soldout";
    }

    public String notices() {
        return prefix + "coupon.notices";
    }

    /** Where partners ask for coupons, one user a message. */
    public String grants() {
        return prefix + "coupon.grants";
    }

    /** Where they find the answers. */
    public String granted() {
        return prefix + "coupon.granted";
    }

    public String dead() {
        return prefix + "coupon.dead";
    }

    public String unrouted() {
        return prefix + "coupon.unrouted";
    }

    private String dlx() {
        return prefix + "coupon.dlx";
    }

    /** Whether a queue of the service is bound for messages with that key. */
    public boolean wants(String routingKey) {
        return queues.stream()
                .anyMatch(queue ->
                        queue.exchange().equals(exchange()) && queue.keys().contains(routingKey));
    }

    /** What is consumed to tell browsers. */
    public List<String> consumed() {
        return List.of(issued(), soldOut(), notices());
    }

    /** Blocks: not for an event loop. */
    public void declare(Channel channel) throws IOException {
        for (Exchange exchange : exchanges) {
            channel.exchangeDeclare(exchange.name(), exchange.type(), true, false, exchange.arguments());
        }
        for (Queue queue : queues) {
            channel.queueDeclare(queue.name(), true, false, false, queue.arguments());
            for (String key : queue.keys()) {
                channel.queueBind(queue.name(), queue.exchange(), key);
            }
        }
    }

    /** The same through the client of the consumers. */
    public Future<Void> declare(RabbitMQClient client) {
        Future<Void> declared = Future.succeededFuture();
        for (Exchange exchange : exchanges) {
            var arguments = new JsonObject(exchange.arguments());
            declared = declared.compose(
                    v -> client.exchangeDeclare(exchange.name(), exchange.type(), true, false, arguments));
        }
        for (Queue queue : queues) {
            var arguments = new JsonObject(queue.arguments());
            declared = declared.compose(v -> client.queueDeclare(queue.name(), true, false, false, arguments)
                    .mapEmpty());
            for (String key : queue.keys()) {
                declared = declared.compose(v -> client.queueBind(queue.name(), queue.exchange(), key));
            }
        }
        return declared;
    }

    /** Takes everything away, messages too, what is pointed at last. For tests. Blocks. */
    public void delete(Channel channel) throws IOException {
        for (int i = queues.size() - 1; i >= 0; i--) {
            channel.queueDelete(queues.get(i).name());
        }
        for (int i = exchanges.size() - 1; i >= 0; i--) {
            channel.exchangeDelete(exchanges.get(i).name());
        }
    }

    private Map<String, Object> arguments() {
        return quorum ? Map.of("x-queue-type", "quorum") : Map.of();
    }

    /** Nobody of ours consumes it: of what nobody takes away the oldest goes. */
    private Map<String, Object> bounded() {
        var arguments = new LinkedHashMap<>(arguments());
        arguments.put("x-max-length", ANSWERS_KEPT);
        arguments.put("qpid.policy_type", "ring");
        arguments.put("qpid.max_count", ANSWERS_KEPT);
        return arguments;
    }

    /** Without a delivery count of 1 the embedded broker would deliver a refused message again, for ever. */
    private Map<String, Object> refusable() {
        var arguments = new LinkedHashMap<>(arguments());
        arguments.put("x-dead-letter-exchange", dlx());
        arguments.put("alternateExchange", dlx());
        arguments.put("x-qpid-maximum-delivery-count", 1);
        return arguments;
    }
}
