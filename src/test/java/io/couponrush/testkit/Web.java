package io.couponrush.testkit;

import static org.awaitility.Awaitility.await;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;

/** One well-behaved client, one request at a time. */
public final class Web {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Service service;
    private final String token;

    private Web(Service service, String token) {
        this.service = service;
        this.token = token;
    }

    /** Somebody without a name. */
    public static Web anybody(Service service) {
        return new Web(service, null);
    }

    /** The same client with that access token. */
    public Web as(String accessToken) {
        return new Web(service, accessToken);
    }

    /** What came back. */
    public record Reply(HttpResponse<String> response) {
        public int status() {
            return response.statusCode();
        }

        public JsonObject json() {
            return new JsonObject(response.body());
        }

        public String text() {
            return response.body();
        }

        public String code() {
            return json().getString("code");
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse(null);
        }

        /** The body, of an answer that has to have that status. */
        public JsonObject with(int status) {
            if (status() != status) throw new AssertionError(status() + " instead of " + status + ": " + text());
            return text().isEmpty() ? new JsonObject() : json();
        }
    }

    public Reply delete(String path, JsonObject body) {
        return send("DELETE", path, body);
    }

    public Reply get(String path) {
        return send("GET", path, null);
    }

    public Reply post(String path, JsonObject body, String... headers) {
        return send("POST", path, body, headers);
    }

    /** Sends a text in pieces, without saying how long it is. */
    public Reply upload(String path, String contentType, String text) {
        return send(request(path)
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)))));
    }

    public Reply patch(String path, JsonObject body) {
        return send("PATCH", path, body);
    }

    public Reply put(String path, JsonObject body) {
        return send("PUT", path, body);
    }

    /** Whatever method; without a body if that is null. */
    public Reply send(String method, String path, JsonObject body, String... headers) {
        var request = request(path)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.encode()));
        if (body != null) request.header("Content-Type", "application/json");
        if (headers.length > 0) request.headers(headers);
        return send(request);
    }

    private HttpRequest.Builder request(String path) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + service.port() + path))
                .timeout(Duration.ofSeconds(20));
        if (token != null) request.header("Authorization", "Bearer " + token);
        return request;
    }

    /** Asks again, for so long at most, while the service is too busy or a part of it is away. */
    public static Reply insist(Duration patience, Supplier<Reply> call) {
        return await().atMost(patience).until(call::get, reply -> reply.status() != 503);
    }

    private static Reply send(HttpRequest.Builder request) {
        try {
            return new Reply(CLIENT.send(request.build(), BodyHandlers.ofString()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
