package io.couponrush.bench;

import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.couponrush.backing.RabbitTopology;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What waits at the broker. */
@FunctionalInterface
interface Broker {
    Pattern PARKED = Pattern.compile("(?m)^couponrush_broker_parked\\{queue=\"(\\w+)\"} (\\S+)$");

    /** Messages by queue, of those that should be empty. */
    Map<String, Long> waiting() throws Exception;

    /** Asks the broker, or the service, which knows of dead letters and of what no queue wanted. */
    static Broker at(String rabbitmqUri, String service) {
        return rabbitmqUri.isEmpty() ? () -> parked(service) : () -> queued(rabbitmqUri);
    }

    private static Map<String, Long> queued(String uri) throws Exception {
        var topology = new RabbitTopology("", false);
        List<String> queues = new ArrayList<>(topology.consumed());
        queues.add(topology.dead());
        queues.add(topology.unrouted());
        var factory = new ConnectionFactory();
        factory.setUri(uri);
        var waiting = new TreeMap<String, Long>();
        try (Connection connection = factory.newConnection("verify");
                var channel = connection.createChannel()) {
            for (String queue : queues) waiting.put(queue, channel.messageCount(queue));
        }
        return waiting;
    }

    private static Map<String, Long> parked(String service) throws Exception {
        var request = HttpRequest.newBuilder(URI.create(service + "/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build();
        String metrics = HttpClient.newHttpClient()
                .send(request, BodyHandlers.ofString())
                .body();
        var waiting = new TreeMap<String, Long>();
        PARKED.matcher(metrics)
                .results()
                .forEach(line -> waiting.put("coupon." + line.group(1), (long) Double.parseDouble(line.group(2))));
        if (waiting.isEmpty()) throw new IllegalStateException(service + "/metrics says nothing of the broker");
        return waiting;
    }
}
